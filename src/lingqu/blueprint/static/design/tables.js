// Decision tables and variables as plain tables: a field in each cell, arrows go up and down, Enter in the last row adds one.
"use strict";

LingquDesign.tables = (place, state, words, changed) => {
  const { el } = LingquDesign, { field, text, select, button, cell } = LingquDesign.parts;
  const names = () => [["", words.none], ...Object.entries(state.document.variables || {}).map(([name, each]) => [name, `${name} · ${state.said(each.title)}`])];

  const arrows = (event) => {
    const input = event.target.closest("td input");
    if (!input || !["ArrowUp", "ArrowDown", "Enter"].includes(event.key)) return;
    const row = input.closest("tr"), at = [...row.querySelectorAll("input")].indexOf(input);
    const next = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    if (event.key === "Enter" && !next) { event.preventDefault(); input.blur(); row.closest("section").querySelector("[data-add]")?.click(); return; }
    if (next) { event.preventDefault(); next.querySelectorAll("input")[at]?.focus(); }
  };

  const table = (given, remove) => {
    const again = () => { changed(); draw(); };
    const head = el("tr", {});
    given.inputs.forEach((said, n) => head.append(el("th", { scope: "col" }, text(said, (value) => { given.inputs[n] = value; changed(); }, { "aria-label": `${words.input} ${n + 1}`, spellcheck: "false" }),
      button(words.remove, () => { given.inputs.splice(n, 1); given.rows.forEach((row) => row.tests.splice(n, 1)); again(); }, "plain", { "aria-label": `${words.remove}: ${words.input} ${n + 1}` }))));
    given.outputs.forEach((said, n) => head.append(el("th", { scope: "col" }, select(names(), said, (value) => { given.outputs[n] = value; changed(); }, { "aria-label": `${words.output} ${n + 1}` }),
      button(words.remove, () => { given.outputs.splice(n, 1); given.rows.forEach((row) => row.gives.splice(n, 1)); again(); }, "plain", { "aria-label": `${words.remove}: ${words.output} ${n + 1}` }))));
    head.append(el("td", {}));
    const body = el("tbody", { onkeydown: arrows });
    given.rows.forEach((row, r) => {
      const line = el("tr", {});
      row.tests.forEach((said, n) => line.append(cell(given.inputs[n], text(said, (value) => { row.tests[n] = value; changed(); }, { "aria-label": `${given.inputs[n]}, ${words.row} ${r + 1}`, spellcheck: "false" }))));
      row.gives.forEach((said, n) => line.append(cell(given.outputs[n], text(said, (value) => { row.gives[n] = value; changed(); }, { "aria-label": `${given.outputs[n]}, ${words.row} ${r + 1}`, spellcheck: "false" }))));
      line.append(el("td", {}, r ? button("↑", () => { given.rows.splice(r - 1, 0, ...given.rows.splice(r, 1)); again(); }, "plain", { "aria-label": `${words.up}: ${words.row} ${r + 1}` }) : null,
        button(words.remove, () => { given.rows.splice(r, 1); again(); }, "plain", { "aria-label": `${words.remove}: ${words.row} ${r + 1}` })));
      body.append(line);
    });
    const blank = () => ({ tests: given.inputs.map(() => "-"), gives: given.outputs.map(() => "") });
    return el("section", { class: "card" },
      el("div", { class: "cells" }, field(words.name, text(given.title, (value) => { given.title = value; changed(); })),
        field(words.id, text(given.id, (value) => { if (/^[a-z][a-z0-9_]{0,59}$/.test(value)) { given.id = value; again(); } else draw(); }, { spellcheck: "false", maxlength: 60 })),
        field(words.hit, select(Object.entries(words.hits), given.hit, (value) => { given.hit = value; changed(); }))),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": given.title || given.id }, el("table", {}, el("thead", {}, head), body)),
      el("div", { class: "row" }, button(words.add_row, () => { given.rows.push(blank()); again(); place.querySelectorAll(`[data-table="${given.id}"] tbody tr:last-child input`)[0]?.focus(); }, "second", { "data-add": true }),
        button(words.add_input, () => { given.inputs.push(Object.keys(state.document.variables || {})[0] || ""); given.rows.forEach((row) => row.tests.push("-")); again(); }),
        button(words.add_output, () => { given.outputs.push(""); given.rows.forEach((row) => row.gives.push("")); again(); }),
        button(words.remove_table, remove, "danger")));
  };

  const draw = () => {
    place.replaceChildren();
    state.tables.forEach((file) => file.forEach((given, n) => {
      const made = table(given, () => { file.splice(n, 1); changed(); draw(); });
      made.setAttribute("data-table", given.id);
      place.append(made);
    }));
    place.append(button(words.add_table, () => {
      const known = state.tables.flat().map((each) => each.id);
      let n = 1;
      while (known.includes(`table_${n}`)) n += 1;
      state.tables.push([{ id: `table_${n}`, title: "", hit: "FIRST", inputs: [Object.keys(state.document.variables || {})[0] || ""], outputs: [""], rows: [{ tests: ["-"], gives: [""] }] }]);
      changed(); draw();
    }));
    if (!state.editable) place.querySelectorAll("input, select, button").forEach((control) => { control.disabled = true; });
  };
  return { draw };
};

LingquDesign.variables = (place, state, words, changed, redraw) => {
  const { el } = LingquDesign, { text, select, tick, button, cell } = LingquDesign.parts;
  const draw = () => {
    const all = state.document.variables || (state.document.variables = {});
    const body = el("tbody", {});
    for (const [name, each] of Object.entries(all)) {
      const title = typeof each.title === "string" ? { zh: each.title, en: each.title } : each.title;
      const keep = (key, value) => { each.title = { ...title, [key]: value }; Object.assign(title, each.title); changed(); redraw(); };
      body.append(el("tr", {},
        el("th", { scope: "row", class: "code" }, name),
        cell(words.zh, text(title.zh, (value) => keep("zh", value), { "aria-label": `${name}: ${words.zh}` })),
        cell(words.en, text(title.en, (value) => keep("en", value), { "aria-label": `${name}: ${words.en}`, lang: "en" })),
        cell(words.type, select(Object.entries(words.sorts), each.type, (value) => { each.type = value; changed(); }, { "aria-label": `${name}: ${words.type}` })),
        cell(words.choices, text((each.choices || []).join(", "), (value) => { const found = value.split(/[,，、]/).map((part) => part.trim()).filter(Boolean); if (found.length) each.choices = found; else delete each.choices; changed(); }, { "aria-label": `${name}: ${words.choices}` })),
        cell(words.told, tick(words.told, Boolean(each.told), (on) => { if (on) each.told = true; else delete each.told; changed(); }, { "aria-label": `${name}: ${words.told}` })),
        el("td", {}, button(words.remove, () => { delete all[name]; changed(); draw(); redraw(); }, "plain", { "aria-label": `${words.remove}: ${name}` }))));
    }
    const name = text("", () => {}, { "aria-label": words.new_variable, placeholder: "amount", maxlength: 60, spellcheck: "false" });
    const add = () => {
      const value = name.value.trim();
      if (!/^[a-z][a-z0-9_]{0,59}$/.test(value) || all[value]) { name.setAttribute("aria-invalid", "true"); name.focus(); return; }
      all[value] = { title: { zh: value, en: value }, type: "truth" };
      changed(); draw(); redraw();
      place.querySelector("tbody tr:last-child input")?.focus();
    };
    const head = [words.id, words.zh, words.en, words.type, words.choices, words.told].map((said) => el("th", { scope: "col" }, said));
    place.replaceChildren(el("table", { class: "fold" }, el("thead", {}, el("tr", {}, ...head, el("td", {}))), body), el("div", { class: "row grow-first" }, name, button(words.add_variable, add)), el("p", { class: "small quiet" }, words.variable_hint));
    if (!state.editable) place.querySelectorAll("input, select, button").forEach((control) => { control.disabled = true; });
  };
  return { draw };
};
