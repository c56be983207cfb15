// The try-run: each move is posted with all before it, and the answer says where the tokens are. Nothing is kept.
"use strict";

LingquDesign.trial = (place, state, words, ask, mark) => {
  const { el } = LingquDesign, { field, text, number, select, button } = LingquDesign.parts;
  let begin = {}, moves = [];
  const truth = [["", words.none], ["yes", words.yes], ["no", words.no]];

  const control = (name, put) => {
    const variable = (state.document.variables || {})[name] || { type: "text", title: name };
    const words_ = state.said(variable.title) || name;
    if (variable.type === "truth") return field(words_, select(truth, "", (value) => put(value ? value === "yes" : undefined)));
    if (variable.type === "number") return field(words_, number(null, (value) => put(value ?? undefined), { min: -1e9, max: 1e9, step: "any" }));
    if (variable.choices?.length) return field(words_, select([["", words.none], ...variable.choices.map((each) => [each, each])], "", (value) => put(value || undefined)));
    return field(words_, text("", (value) => put(value || undefined)));
  };

  const go = async () => {
    let told;
    try { told = await ask(begin, moves); }
    catch (error) {
      moves.pop();
      mark([]);
      place.replaceChildren(el("div", { class: "note bad", role: "alert" }, el("p", {}, error.message), error.next ? el("p", {}, error.next) : null), button(words.begin_again, start));
      return;
    }
    mark(told.waiting.map((each) => each.node));
    const made = [el("p", { class: "small" }, `${words.path}: `, told.path.map(([, title]) => title).join(" → "))];
    if (told.ended || told.stuck) made.push(el("p", { role: "status" }, el("span", { class: `tag ${told.stuck ? "bad" : "ok"}` }, told.stuck ? words.stuck : `${words.ended}: ${told.ended}`)));
    for (const each of told.waiting) {
      const answers = {};
      const set = el("fieldset", { class: "card" }, el("legend", {}, each.title));
      for (const name of each.answers) set.append(control(name, (value) => { answers[name] = value; }));
      const next = (move) => { moves.push({ token: each.token, ...move }); go(); };
      set.append(el("div", { class: "row" }, button(each.kind === "timer" ? words.let_go : words.finish, () => next({ answers }), "second", { "aria-label": `${each.kind === "timer" ? words.let_go : words.finish}: ${each.title}` }),
        ...each.timers.map(([timer, title]) => button(`${words.let_go}: ${title || timer}`, () => next({ boundary: timer })))));
      made.push(set);
    }
    const known = Object.entries(told.answers).map(([name, value]) => `${name} = ${value === null ? "null" : value}`);
    if (known.length) made.push(el("p", { class: "small quiet code" }, known.join(", ")));
    made.push(el("div", { class: "row" }, moves.length ? button(words.back, () => { moves.pop(); go(); }) : null, button(words.begin_again, start)));
    place.replaceChildren(...made);
    place.querySelector("select, input, button")?.focus();
  };

  const start = () => {
    begin = {}; moves = [];
    mark([]);
    const tasks = Object.values(state.document.tasks || {}).flatMap((each) => each.answers || []);
    const decided = state.tables.flat().flatMap((each) => each.outputs);
    const asks = Object.keys(state.document.variables || {}).filter((name) => !tasks.includes(name) && !decided.includes(name));
    place.replaceChildren(...asks.map((name) => control(name, (value) => { if (value === undefined) delete begin[name]; else begin[name] = value; })), button(words.begin, go));
  };
  start();
};
