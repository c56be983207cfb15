// The panel of the part that is chosen: what a steward says of a step, a flow, a gateway, a timer, an end.
"use strict";

LingquDesign.panel = (place, canvas, state, words, changed) => {
  const { el } = LingquDesign, { field, text, number, select, tick, button } = LingquDesign.parts;
  const modeling = () => canvas.get("modeling");
  const put = (element, values) => modeling().updateProperties(element, values);
  const is = (element, ...types) => types.some((type) => element.type === `bpmn:${type}`);
  const none = [["", words.none]];
  const departments = () => [...none, ...Object.entries(state.departments)];

  const show = (element) => {
    place.replaceChildren();
    if (!element || element.type === "bpmn:Process") {
      place.append(el("p", { class: "quiet" }, words.choose));
      return;
    }
    const bo = element.businessObject;
    place.append(el("h3", {}, canvas.kindOf(element), " ", el("span", { class: "code quiet" }, bo.id)));
    place.append(el("div", { "data-faults": bo.id }));
    faults();
    place.append(field(words.name, text(bo.name, (value) => put(element, { name: value || undefined }))));
    if (is(element, "UserTask")) place.append(...task(element, bo)); else place.append(english(bo));
    if (is(element, "CallActivity")) place.append(...call(element, bo));
    if (is(element, "SequenceFlow")) place.append(...flow(element, bo));
    if (is(element, "BusinessRuleTask")) place.append(field(words.table, select([...none, ...state.decisions()], bo.get("camunda:decisionRef"), (value) => put(element, { "camunda:decisionRef": value || undefined }))));
    if (is(element, "IntermediateCatchEvent", "BoundaryEvent")) place.append(...(canvas.defined(element) === "timer" ? timer : canvas.defined(element) === "message" ? message : edge)(element, bo));
    if (is(element, "EndEvent")) place.append(field(words.ends, select(Object.entries(words.endings), ending(bo), (value) => end(element, value))));
    if (state.editable) place.append(...structure(element));
    if (!state.editable) place.querySelectorAll("input, select").forEach((control) => { control.disabled = true; });
  };

  const wrong = (id) => state.faults.filter((fault) => fault.element === id).map((fault) => el("div", { class: "note bad" }, el("p", {}, fault.message), fault.next ? el("p", { class: "small" }, fault.next) : null));

  const faults = () => {
    const here = place.querySelector("[data-faults]");
    if (here) here.replaceChildren(...wrong(here.dataset.faults));
  };

  const english = (bo) => field(words.english, text(state.document.names?.[bo.id]?.en, (value) => {
    const names = (state.document.names = state.document.names || {});
    if (value) names[bo.id] = { zh: bo.name || bo.id, en: value }; else delete names[bo.id];
    changed();
  }, { lang: "en" }), words.english_hint);
  const either = (of, key, value) => { if (value) of[key] = value; else delete of[key]; changed(); };
  const picked = (legend, all, has, put_) => {
    const list = el("fieldset", { class: "field" }, el("legend", {}, legend));
    for (const [name, each] of all) list.append(tick(state.said(each.title) || name, has(name), (on) => put_(name, on)));
    return list;
  };

  const call = (element, bo) => {
    const calls = (state.document.calls = state.document.calls || {}), said = calls[bo.id];
    const all = Object.entries(state.procedures);
    const parts = [field(words.called, select([["", words.none], ...all.map(([code, each]) => [code, each.title])], said?.procedure || bo.calledElement, (value) => {
      if (value) calls[bo.id] = { procedure: value }; else delete calls[bo.id];
      put(element, { calledElement: value || undefined });
      changed(); show(element);
    }), words.called_hint)];
    const other = said && state.procedures[said.procedure];
    if (!other) return parts;
    const mapping = (key, names) => names.map(([name, title]) => field(title, text(said[key]?.[name], (value) => {
      const held = { ...said[key] };
      either(held, name, value);
      if (Object.keys(held).length) said[key] = held; else delete said[key];
      changed();
    }, { spellcheck: "false", maxlength: 500, class: "code" })));
    const own = Object.entries(state.document.variables || {}).map(([name, each]) => [name, state.said(each.title)]);
    const others = Object.entries(other.variables), listed = (names) => names.map(([name, title]) => `${name} (${title})`).join(", ");
    parts.push(el("h4", {}, words.gives), el("p", { class: "small quiet" }, words.variables, ": ", listed(own)), ...mapping("gives", others));
    parts.push(el("h4", {}, words.takes), el("p", { class: "small quiet" }, words.variables, ": ", listed(others)), ...mapping("takes", own));
    return parts;
  };

  const breaks = (element, bo) => (is(element, "BoundaryEvent") ? [tick(words.breaks, bo.cancelActivity !== false, (on) => put(element, { cancelActivity: on }))] : []);
  const edge = (element, bo) => (canvas.defined(element) === "escalation" ? breaks(element, bo) : []);

  const message = (element, bo) => {
    const all = (state.document.messages = state.document.messages || {}), definition = bo.eventDefinitions[0], now = definition.messageRef?.name || "";
    const bind = (name) => { modeling().updateModdleProperties(element, definition, { messageRef: name ? canvas.message(name) : undefined }); changed(); show(element); };
    const fresh = text("", (value) => {
      if (!/^[a-z][a-z0-9_]{0,59}$/.test(value)) return;
      all[value] = all[value] || { title: { zh: value, en: value }, department: state.document.department };
      bind(value);
    }, { maxlength: 60, spellcheck: "false" });
    const parts = [field(words.which_message, select([...none, ...Object.entries(all).map(([name, each]) => [name, `${name} · ${state.said(each.title)}`])], now, bind)), field(words.new_message, fresh, words.new_message_hint)];
    const said = all[now];
    if (said) {
      const title = typeof said.title === "string" ? { zh: said.title, en: said.title } : said.title;
      const name = (key) => (value) => { title[key] = value; said.title = { ...title }; changed(); };
      parts.push(field(words.title_zh, text(title.zh, name("zh"), { lang: "zh-Hans" })), field(words.title_en, text(title.en, name("en"), { lang: "en" })),
        field(words.sender, select(departments(), said.department, (value) => either(said, "department", value)), words.sender_hint));
      const names = Object.entries(state.document.variables || {});
      if (names.length) parts.push(picked(words.brings, names, (each) => (said.answers || []).includes(each), (each, on) => { const left = (said.answers || []).filter((one) => one !== each); said.answers = on ? [...left, each] : left; changed(); }));
    }
    return [...parts, ...breaks(element, bo)];
  };

  const task = (element, bo) => {
    const said = state.task(bo.id), many = Boolean(bo.loopCharacteristics);
    const keep = (key, value) => { if (value === null || value === "" || (Array.isArray(value) && !value.length)) delete said[key]; else said[key] = value; changed(); };
    const parts = [field(words.english, text(said.title?.en === bo.name ? "" : said.title?.en, (value) => keep("title", value ? { zh: bo.name || bo.id, en: value } : null), { lang: "en" }), words.english_hint)];
    parts.push(field(words.id, text(bo.id, (value) => rename(element, value), { maxlength: 60, spellcheck: "false" }), words.id_hint));
    parts.push(tick(words.many, many, (on) => {
      put(element, { loopCharacteristics: on ? canvas.get("bpmnFactory").create("bpmn:MultiInstanceLoopCharacteristics") : undefined });
      if (on) { said.departments = said.department ? [said.department] : []; delete said.department; }
      else { said.department = (said.departments || [])[0] || state.document.department; delete said.departments; }
      if (on) delete said.department_from;
      changed(); show(element);
    }));
    if (many) {
      const list = el("fieldset", { class: "field" }, el("legend", {}, words.departments));
      for (const [code, title] of Object.entries(state.departments)) {
        list.append(tick(title, (said.departments || []).includes(code), (on) => keep("departments", on ? [...(said.departments || []), code] : (said.departments || []).filter((each) => each !== code))));
      }
      parts.push(list);
    } else parts.push(field(words.department, select(departments(), said.department, (value) => keep("department", value))));
    const texts = Object.entries(state.document.variables || {}).filter(([, each]) => each.type === "text").map(([name, each]) => [name, state.said(each.title)]);
    if (!many && (texts.length || said.department_from)) parts.push(field(words.department_from, select([...none, ...texts], said.department_from, (value) => keep("department_from", value)), words.department_from_hint));
    parts.push(field(words.days, number(said.days, (value) => keep("days", value)), words.days_hint));
    const names = Object.entries(state.document.variables || {});
    if (names.length) {
      const list = el("fieldset", { class: "field" }, el("legend", {}, words.answers));
      for (const [name, variable] of names) {
        list.append(tick(state.said(variable.title) || name, (said.answers || []).includes(name), (on) => keep("answers", on ? [...(said.answers || []), name] : (said.answers || []).filter((each) => each !== name))));
      }
      parts.push(list);
    }
    parts.push(tick(words.returns, said.returns !== false, (on) => { if (on) delete said.returns; else said.returns = false; changed(); }));
    return parts;
  };

  const rename = (element, value) => {
    const old = element.businessObject.id;
    if (!/^[A-Za-z_][\w.-]{0,59}$/.test(value) || value === old || canvas.get("elementRegistry").get(value)) { show(element); return; }
    const said = state.task(old);
    state.document.tasks[value] = said;
    delete state.document.tasks[old];
    put(element, { id: value });
    show(canvas.get("elementRegistry").get(value));
  };

  const flow = (element, bo) => {
    const source = element.source;
    if (!is(source, "ExclusiveGateway", "InclusiveGateway")) return [el("p", { class: "quiet small" }, words.plain_flow)];
    const gate = source.businessObject, standard = gate.default === bo;
    const parts = [tick(words.otherwise, standard, (on) => { put(source, { default: on ? bo : undefined }); if (on) put(element, { conditionExpression: undefined }); show(element); })];
    if (!standard) {
      const create = (body) => canvas.get("bpmnFactory").create("bpmn:FormalExpression", { body });
      parts.push(field(words.condition, text(bo.conditionExpression?.body, (value) => put(element, { conditionExpression: value ? create(value) : undefined }), { spellcheck: "false", maxlength: 500, class: "code" }), words.condition_hint));
      const names = Object.entries(state.document.variables || {});
      if (names.length) parts.push(el("p", { class: "small quiet" }, words.variables, ": ", names.map(([name, each]) => `${name} (${state.said(each.title)})`).join(", ")));
    }
    return parts;
  };

  const timer = (element, bo) => {
    const definition = (bo.eventDefinitions || [])[0];
    if (!definition) return [];
    const found = /^P(?:T(\d+)([HM])|(\d+)D)$/.exec(definition.timeDuration?.body || "") || [];
    const now = { amount: found[1] || found[3] || 1, unit: found[2] || "D" };
    const keep = () => {
      const body = now.unit === "D" ? `P${now.amount}D` : `PT${now.amount}${now.unit}`;
      const expression = canvas.get("bpmnFactory").create("bpmn:FormalExpression", { body });
      expression.$parent = definition;
      modeling().updateModdleProperties(element, definition, { timeDuration: expression });
    };
    const parts = [
      field(words.amount, number(now.amount, (value) => { now.amount = value || 1; keep(); }, { max: 9999 })),
      field(words.unit, select(Object.entries(words.units), now.unit, (value) => { now.unit = value; keep(); })),
    ];
    if (!definition.timeDuration && state.editable) keep();
    return [...parts, ...breaks(element, bo)];
  };

  const ending = (bo) => ((bo.eventDefinitions || [])[0]?.$type || "").replace("bpmn:", "").replace("EventDefinition", "").toLowerCase();
  const end = (element, value) => {
    const type = value && `bpmn:${value[0].toUpperCase()}${value.slice(1)}EventDefinition`;
    const made = canvas.get("bpmnReplace").replaceElement(element, { type: "bpmn:EndEvent", ...(type ? { eventDefinitionType: type } : {}) });
    canvas.get("selection").select(made);
  };

  const structure = (element) => {
    const parts = [el("h4", {}, words.structure)], row = el("div", { class: "row" });
    const choose = (made) => { canvas.get("selection").select(made); place.querySelector("input")?.focus(); };
    if (!is(element, "EndEvent")) {
      for (const [kind, { words: said }] of Object.entries(canvas.kinds)) {
        if (!(kind === "end" && element.waypoints)) row.append(button(`+ ${said}`, () => choose(canvas.after(element, kind)), "second small"));
      }
    }
    const sub = is(element, "SubProcess", "CallActivity");
    if (sub || is(element, "UserTask")) {
      for (const kind of sub ? ["clock", "edge_message", "edge_error"] : ["clock", "edge_message"]) row.append(button(`+ ${words[kind]}`, () => choose(canvas.edges[kind](element)), "second small"));
    }
    parts.push(row);
    if (!element.waypoints && !is(element, "EndEvent")) {
      const targets = canvas.get("elementRegistry").filter((e) => !e.waypoints && !e.labelTarget && e !== element && e.parent === (element.host || element).parent && !is(e, "StartEvent", "BoundaryEvent"));
      const to = select([["", words.none], ...targets.map((e) => [e.id, e.businessObject.name || e.id])], "", () => {});
      parts.push(field(words.lead, to), button(words.lead_on, () => { if (to.value) choose(modeling().connect(element, canvas.get("elementRegistry").get(to.value), { type: "bpmn:SequenceFlow" })); }));
    }
    if (!is(element, "StartEvent")) parts.push(el("p", {}, button(words.remove, () => { modeling().removeElements([element]); show(null); }, "danger")));
    return parts;
  };

  return { show, faults };
};
