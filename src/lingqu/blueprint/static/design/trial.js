// The try-run: each move is posted with all before it, and the answer says where the tokens are. Nothing is kept.
"use strict";

LingquDesign.trial = (place, state, words, ask, mark) => {
  const { el } = LingquDesign, { field, text, number, select, button } = LingquDesign.parts;
  let begin = {}, moves = [];
  const truth = [["", words.none], ["yes", words.yes], ["no", words.no]];

  const known = (name) => { const each = (state.document.variables || {})[name] || { type: "text", title: name }; return [name, state.said(each.title) || name, each.type, each.choices]; };
  const control = ([name, title, type, choices], put) => {
    const variable = { type, choices }, words_ = title || name;
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
      const next = (move) => { moves.push({ token: each.token, ...move }); go(); };
      const act = { timer: words.let_go, message: words.arrives, task: words.finish }[each.kind];
      for (const asked of each.answers) set.append(control(asked, (value) => { answers[asked[0]] = value; }));
      if (act) set.append(el("div", { class: "row" }, button(act, () => next({ answers }), "second", { "aria-label": `${act}: ${each.title}` })));
      for (const event of each.events) {
        const brought = {};
        for (const asked of event.answers) set.append(control(asked, (value) => { brought[asked[0]] = value; }));
        set.append(el("div", { class: "row" }, button(`${event.how === "timer" ? words.let_go : words.arrives}: ${event.title}`, () => next({ boundary: event.id, answers: brought }))));
      }
      if (act || each.events.length) made.push(set);
    }
    const shown = Object.entries(told.answers).map(([name, value]) => `${name} = ${value === null ? "null" : value}`);
    if (shown.length) made.push(el("p", { class: "small quiet code" }, shown.join(", ")));
    made.push(el("div", { class: "row" }, moves.length ? button(words.back, () => { moves.pop(); go(); }) : null, button(words.begin_again, start)));
    place.replaceChildren(...made);
    place.querySelector("select, input, button")?.focus();
  };

  const start = () => {
    begin = {}; moves = [];
    mark([]);
    const tasks = [...Object.values(state.document.tasks || {}), ...Object.values(state.document.messages || {})].flatMap((each) => each.answers || []);
    const decided = [...state.tables.flat().flatMap((each) => each.outputs), ...Object.values(state.document.calls || {}).flatMap((each) => Object.keys(each.takes || {}))];
    const asks = Object.keys(state.document.variables || {}).filter((name) => !tasks.includes(name) && !decided.includes(name));
    place.replaceChildren(...asks.map((name) => control(known(name), (value) => { if (value === undefined) delete begin[name]; else begin[name] = value; })), button(words.begin, go));
  };
  start();
};
