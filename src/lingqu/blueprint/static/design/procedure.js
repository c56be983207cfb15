// The editor of a procedure. What it holds is posted to be checked and tried, and saved as a draft; nothing else leaves it.
"use strict";

(async () => {
  const root = document.getElementById("designer"), at = (name) => document.getElementById(name);
  const given = JSON.parse(at("given").textContent), { words } = given;
  const { el, post } = LingquDesign, { field, text, number, select, button, cell } = LingquDesign.parts;
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const state = {
    ...given, faults: [], dirty: false, redrawn: false,
    said: (title) => (typeof title === "string" ? title : title?.[language] || title?.zh || ""),
    task: (id) => (state.document.tasks = state.document.tasks || {})[id] || (state.document.tasks[id] = { department: state.document.department, days: 1 }),
    decisions: () => state.tables.flat().map((each) => [each.id, each.title || each.id]),
  };
  const tell = (message, bad = false) => {
    const place = at("told");
    place.className = `note ${bad ? "bad" : "ok"}`;
    place.replaceChildren(el("p", {}, message));
    place.hidden = false;
  };

  const canvas = LingquDesign.canvas(at("canvas"), words);
  try { await canvas.modeler.importXML(state.document.diagram); }
  catch (error) { tell(`${words.unreadable} ${error.message}`, true); }
  const registry = () => canvas.get("elementRegistry");
  // Whole, and right of the palette.
  const fit = () => {
    const view = canvas.get("canvas");
    view.zoom("fit-viewport");
    const { inner, outer } = view.viewbox(), left = 130 * Math.max(inner.width / Math.max(outer.width - 150, 100), inner.height / Math.max(outer.height - 40, 100));
    if (inner.width) view.viewbox({ x: inner.x - left, y: inner.y - 20, width: inner.width + left + 20, height: inner.height + 40 });
  };
  fit();
  const drawing = at("canvas").querySelector("svg[data-element-id], .djs-container > svg");
  drawing?.setAttribute("aria-label", words.canvas_label);
  drawing?.setAttribute("role", "application");
  at("canvas").classList.add("alive");

  // What is posted: the diagram's own text while nothing was drawn, tasks that the diagram has.
  const build = async () => {
    const here = new Set(registry().filter((e) => e.type === "bpmn:UserTask").map((e) => e.id));
    const tasks = Object.fromEntries(Object.entries(state.document.tasks || {}).filter(([id]) => here.has(id)));
    for (const id of here) tasks[id] = state.task(id);
    const whole = { ...state.document };
    const keep = (key, has) => {
      whole[key] = Object.fromEntries(Object.entries(whole[key] || {}).filter(([name]) => has(name)));
      if (!Object.keys(whole[key]).length) delete whole[key];
    };
    const awaited = new Set(registry().filter((e) => !e.labelTarget).map((e) => e.businessObject.eventDefinitions?.[0]?.messageRef?.name));
    keep("names", (id) => registry().get(id));
    keep("calls", (id) => registry().get(id)?.type === "bpmn:CallActivity");
    keep("messages", (name) => awaited.has(name));
    const diagram = state.redrawn ? (await canvas.modeler.saveXML({ format: true })).xml : state.document.diagram;
    return { version: state.version, document: { ...whole, tasks, diagram }, tables: state.tables };
  };

  let asked = 0, waiting = 0;
  const check = async () => {
    const mine = (asked += 1);
    try {
      const told = await post(root.dataset.check, await build());
      if (mine !== asked) return told;
      state.faults = told.faults;
      mark(told);
      faults(told);
      panel.faults();
      parts();
      return told;
    } catch (error) { tell(`${error.message} ${error.next || ""}`, true); return null; }
  };
  const changed = () => {
    state.dirty = true;
    at("saved").textContent = words.unsaved;
    clearTimeout(waiting);
    waiting = setTimeout(check, 600);
  };

  const marks = (name, ids) => {
    registry().forEach((e) => canvas.get("canvas").removeMarker(e, name));
    ids.filter((id) => registry().get(id)).forEach((id) => canvas.get("canvas").addMarker(id, name));
  };
  const mark = (told) => {
    marks("is-wrong", told.faults.filter((fault) => fault.element && !fault.warning).map((fault) => fault.element));
    marks("is-new", told.added);
    marks("is-changed", told.changed);
  };
  const choose = (id, focus = true) => {
    const element = registry().get(id);
    if (!element) return;
    canvas.get("selection").select(element);
    canvas.get("canvas").scrollToElement(element);
    if (focus) { at("panel").scrollIntoView({ block: "nearest" }); at("panel").querySelector("input, select")?.focus(); }
  };
  const faults = (told) => {
    const list = el("ul", { class: "list" });
    for (const fault of told.faults) {
      const name = registry().get(fault.element)?.businessObject.name || fault.element;
      list.append(el("li", {}, el("span", { class: `tag ${fault.warning ? "notice" : "bad"}` }, fault.warning ? words.warning : words.fault), " ", fault.message, fault.next ? el("span", { class: "quiet small" }, ` ${fault.next}`) : null,
        fault.element ? button(`${words.go_to} ${name}`, () => choose(fault.element), "plain") : fault.where ? el("span", { class: "code small" }, ` ${fault.where}`) : null));
    }
    at("faults").replaceChildren(told.faults.length ? list : el("p", {}, el("span", { class: "tag ok" }, words.sound)));
    const count = told.added.length + told.changed.length + told.removed.length;
    at("compared").textContent = count ? `${words.compared}: ${words.added} ${told.added.length}, ${words.changed} ${told.changed.length}, ${words.removed} ${told.removed.length}${told.removed.length ? ` (${told.removed.join(", ")})` : ""}` : words.same;
  };

  const panel = LingquDesign.panel(at("panel"), canvas, state, words, changed);
  const tables = LingquDesign.tables(at("tables"), state, words, changed);
  const chosen = () => { const found = canvas.get("selection").get(); return found.length === 1 ? found[0].labelTarget || found[0] : null; };
  canvas.modeler.on("selection.changed", () => panel.show(chosen()));
  canvas.modeler.on("commandStack.changed", () => { state.redrawn = true; changed(); parts(); });

  // The diagram's parts as a list: the way of the keyboard and of screen readers.
  let stale = false;
  const parts = () => {
    if (at("parts").contains(document.activeElement) && /^(INPUT|SELECT)$/.test(document.activeElement.tagName)) { stale = true; return; }
    stale = false;
    const body = el("tbody", {}), order = (a, b) => a.x - b.x || a.y - b.y;
    const nodes = registry().filter((e) => !e.labelTarget && !e.waypoints && e.type !== "bpmn:Process").sort(order);
    const under = (parent) => nodes.filter((e) => e.parent === parent).flatMap((e) => [e, ...under(e)]);
    const roots = new Set(nodes.map((e) => e.parent).filter((e) => !nodes.includes(e)));
    for (const element of [...roots].flatMap(under)) {
      body.append(part(element));
      for (const flow of element.outgoing) if (/(Exclusive|Inclusive)Gateway$/.test(element.type)) body.append(part(flow));
    }
    const focused = at("parts").contains(document.activeElement) ? document.activeElement.dataset.part : "";
    at("parts").replaceChildren(...body.childNodes);
    if (focused) at("parts").querySelector(`[data-part="${CSS.escape(focused)}"]`)?.focus();
    if (!state.editable) at("parts").querySelectorAll("input, select").forEach((control) => { control.disabled = true; });
  };
  at("parts").addEventListener("focusout", () => setTimeout(() => { if (stale) parts(); }, 0));
  const nested = (element) => element.parent?.type === "bpmn:SubProcess";
  const part = (element) => {
    const bo = element.businessObject, step = element.type === "bpmn:UserTask", flow = Boolean(element.waypoints);
    const name = bo.name || (flow ? `→ ${element.target.businessObject.name || element.target.id}` : bo.id);
    const wrong = state.faults.some((fault) => fault.element === bo.id && !fault.warning);
    const row = el("tr", {}, el("th", { scope: "row" }, button(name, () => choose(bo.id), "plain", { "data-part": bo.id }), wrong ? el("span", { class: "tag bad" }, words.fault) : null),
      cell(words.kind, flow ? (bo.conditionExpression?.body || words.otherwise) : canvas.kindOf(element) + (nested(element) ? ` · ${words.within.replace("{}", element.parent.businessObject.name || element.parent.id)}` : "")));
    if (!step) { row.append(cell(words.name), cell(words.department), cell(words.days)); return row; }
    const said = state.task(bo.id), many = Boolean(bo.loopCharacteristics);
    row.append(cell(words.name, text(bo.name, (value) => canvas.get("modeling").updateProperties(element, { name: value }), { "aria-label": `${words.name}: ${name}` })),
      cell(words.department, many ? (said.departments || []).map((code) => state.departments[code] || code).join(", ") : select([["", words.none], ...Object.entries(state.departments)], said.department, (value) => { said.department = value; changed(); }, { "aria-label": `${words.department}: ${name}` })),
      cell(words.days, number(said.days, (value) => { if (value) said.days = value; else delete said.days; changed(); }, { "aria-label": `${words.days}: ${name}` })));
    return row;
  };

  const head = () => {
    const of = state.document, title = typeof of.title === "string" ? { zh: of.title, en: of.title } : { ...of.title };
    const keep = (key, value) => { if (value === null || value === "") delete of[key]; else of[key] = value; changed(); };
    const name = (key) => (value) => { title[key] = value; of.title = { ...title }; changed(); };
    at("head").replaceChildren(field(words.title_zh, text(title.zh, name("zh"), { lang: "zh-Hans" })), field(words.title_en, text(title.en, name("en"), { lang: "en" })),
      field(words.leads, select([["", words.none], ...Object.entries(state.departments)], of.department, (value) => keep("department", value))),
      field(words.asks, select([["", words.none], ...Object.entries(words.asked)], of.asks, (value) => keep("asks", value)), words.asks_hint),
      field(words.situation, select([["", words.none], ...Object.entries(state.situations)], of.situation, (value) => keep("situation", value))),
      field(words.whole_days, number(of.days, (value) => keep("days", value))), field(words.supplement_days, number(of.supplement_days || 10, (value) => keep("supplement_days", value))));
    if (!state.editable) at("head").querySelectorAll("input, select").forEach((control) => { control.disabled = true; });
  };

  const save = async () => {
    try {
      const told = await post(root.dataset.save, await build());
      Object.assign(state, { version: told.version, dirty: false });
      document.querySelectorAll("input[name=version]").forEach((input) => { input.value = told.version; });
      at("saved").textContent = words.saved.replace("{}", told.version);
      tell(words.saved.replace("{}", told.version));
      return true;
    } catch (error) { tell(`${error.message} ${error.next || ""}`, true); return false; }
  };
  at("save")?.addEventListener("click", save);
  at("check").addEventListener("click", async () => { const told = await check(); if (told) tell(told.faults.length ? words.found.replace("{}", told.faults.length) : words.sound, told.faults.length > 0); });
  at("undo")?.addEventListener("click", () => canvas.get("commandStack").undo());
  at("redo")?.addEventListener("click", () => canvas.get("commandStack").redo());
  at("fit").addEventListener("click", fit);
  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-saves]") || !state.dirty) return;
    event.preventDefault();
    if (await save()) event.target.submit();
  });
  addEventListener("beforeunload", (event) => { if (state.dirty) event.preventDefault(); });

  LingquDesign.trial(at("trial"), state, words, async (begin, moves) => post(root.dataset.trial, { ...(await build()), begin, moves }), (ids) => marks("is-token", ids));
  head(); panel.show(null); tables.draw(); parts();
  LingquDesign.variables(at("variables"), state, words, changed, () => { tables.draw(); panel.show(chosen()); }).draw();
  if (!state.editable) at("canvas").classList.add("closed");
  await check();
  root.dataset.ready = "1";
})();
