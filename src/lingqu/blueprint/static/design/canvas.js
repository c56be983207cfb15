// The canvas of a procedure: bpmn-js with the parts that Lingqu runs, and nothing else.
"use strict";
window.LingquDesign = window.LingquDesign || {};

LingquDesign.canvas = (container, words) => {
  const TIMER = "bpmn:TimerEventDefinition", MESSAGE = "bpmn:MessageEventDefinition", ERROR = "bpmn:ErrorEventDefinition";
  const kinds = {
    "user-task": { type: "bpmn:UserTask", icon: "user-task", words: words.step },
    "exclusive": { type: "bpmn:ExclusiveGateway", icon: "gateway-xor", words: words.exclusive },
    "parallel": { type: "bpmn:ParallelGateway", icon: "gateway-parallel", words: words.parallel },
    "inclusive": { type: "bpmn:InclusiveGateway", icon: "gateway-or", words: words.inclusive },
    "decision": { type: "bpmn:BusinessRuleTask", icon: "business-rule-task", words: words.decision },
    "timer": { type: "bpmn:IntermediateCatchEvent", icon: "intermediate-event-catch-timer", words: words.timer, eventDefinitionType: TIMER },
    "message": { type: "bpmn:IntermediateCatchEvent", icon: "intermediate-event-catch-message", words: words.message, eventDefinitionType: MESSAGE },
    "race": { type: "bpmn:EventBasedGateway", icon: "gateway-eventbased", words: words.race },
    "sub": { type: "bpmn:SubProcess", icon: "subprocess-expanded", words: words.sub, isExpanded: true },
    "call": { type: "bpmn:CallActivity", icon: "call-activity", words: words.call },
    "end": { type: "bpmn:EndEvent", icon: "end-event-none", words: words.end },
  };
  const wanted = ({ type, eventDefinitionType, isExpanded }) => ({ type, ...(eventDefinitionType ? { eventDefinitionType } : {}), ...(isExpanded ? { isExpanded } : {}) });

  function Palette(palette, create, elementFactory, handTool, lassoTool, spaceTool, globalConnect) {
    this.getPaletteEntries = () => {
      const tool = (icon, title, run) => ({ group: "tools", className: `bpmn-icon-${icon}`, title, action: { click: run } });
      const entries = {
        hand: tool("hand-tool", words.hand, (event) => handTool.activateHand(event)),
        lasso: tool("lasso-tool", words.lasso, (event) => lassoTool.activateSelection(event)),
        space: tool("space-tool", words.space, (event) => spaceTool.activateSelection(event)),
        connect: tool("connection-multi", words.connect, (event) => globalConnect.start(event)),
        line: { group: "tools", separator: true },
      };
      for (const [name, kind] of Object.entries(kinds)) {
        const begin = (event) => create.start(event, elementFactory.createShape(wanted(kind)));
        entries[name] = { group: "parts", className: `bpmn-icon-${kind.icon}`, title: kind.words, action: { dragstart: begin, click: begin } };
      }
      return entries;
    };
    palette.registerProvider(this);
  }
  Palette.$inject = ["palette", "create", "elementFactory", "handTool", "lassoTool", "spaceTool", "globalConnect"];

  function Pad(contextPad, autoPlace, elementFactory, connect, modeling) {
    this.getContextPadEntries = (element) => {
      const entry = (icon, title, click) => ({ group: "edit", className: `bpmn-icon-${icon}`, title, action: { click } });
      const entries = {};
      const leads = element.type !== "bpmn:EndEvent" && element.type !== "label" && !element.waypoints;
      if (leads) {
        for (const name of ["user-task", "exclusive", "end"]) {
          entries[name] = entry(kinds[name].icon, kinds[name].words, () => autoPlace.append(element, elementFactory.createShape(wanted(kinds[name]))));
        }
        entries.connect = entry("connection", words.connect, (event) => connect.start(event, element));
      }
      if (element.type !== "bpmn:StartEvent") entries.remove = entry("trash", words.remove, () => modeling.removeElements([element.labelTarget || element]));
      return entries;
    };
    contextPad.registerProvider(this);
  }
  Pad.$inject = ["contextPad", "autoPlace", "elementFactory", "connect", "modeling"];

  // Only the one attribute of Camunda that names a decision table.
  const camunda = {
    name: "Camunda", prefix: "camunda", uri: "http://camunda.org/schema/1.0/bpmn", xml: { tagAlias: "lowerCase" },
    types: [{ name: "Ruled", extends: ["bpmn:BusinessRuleTask"], properties: [{ name: "decisionRef", isAttr: true, type: "String" }] }],
  };

  const modeler = new window.BpmnJS({
    container,
    moddleExtensions: { camunda },
    additionalModules: [{
      __init__: ["paletteProvider", "contextPadProvider"],
      paletteProvider: ["type", Palette],
      contextPadProvider: ["type", Pad],
      popupMenuProvider: ["value", null],
      translate: ["value", (text, put = {}) => (words.canvas[text] || text).replace(/{([^}]+)}/g, (_, key) => put[key] ?? "")],
    }],
  });
  const get = (name) => modeler.get(name);

  // Everything right of a place moves on, so that something fits in.
  const makeRoom = (x, parent, wide) => {
    const moved = get("elementRegistry").filter((e) => !e.waypoints && !e.labelTarget && e.parent === parent && !e.host && e.x >= x);
    if (moved.length) get("modeling").moveElements(moved, { x: wide, y: 0 });
  };
  const made = (kind) => {
    const shape = get("elementFactory").createShape(wanted(kinds[kind]));
    if (["user-task", "decision", "sub", "call"].includes(kind)) shape.businessObject.name = kinds[kind].words;
    return shape;
  };
  const middle = (e) => ({ x: e.x + e.width / 2, y: e.y + e.height / 2 });

  // Into a flow: what came by it goes on behind the new part.
  const into = (flow, kind) => {
    const { source, target } = flow, shape = made(kind);
    makeRoom(source.x + source.width + 1, source.parent, shape.width + 60);
    const placed = get("modeling").createShape(shape, { x: source.x + source.width + 50 + shape.width / 2, y: middle(source).y }, source.parent);
    get("modeling").reconnectEnd(flow, placed, middle(placed));
    get("modeling").connect(placed, target, { type: "bpmn:SequenceFlow" });
    return placed;
  };
  // What a sub-process needs to be one: where it begins, a step, where it ends.
  const inside = (around) => {
    if (around.children.some((e) => !e.waypoints && !e.labelTarget)) return around;
    const y = middle(around).y, place = (kind, type, x) => get("modeling").createShape(kind ? made(kind) : get("elementFactory").createShape({ type }), { x: around.x + x, y }, around);
    const start = place("", "bpmn:StartEvent", 48), step = place("user-task", "", 150), end = place("end", "", 270);
    for (const [from, to] of [[start, step], [step, end]]) get("modeling").connect(from, to, { type: "bpmn:SequenceFlow" });
    return around;
  };
  modeler.on("create.end", ({ context }) => { const shape = context.shape; if (shape?.type === "bpmn:SubProcess") setTimeout(() => inside(shape), 0); });
  const after = (element, kind) => {
    const placed = behind(element, kind);
    return kind === "sub" ? inside(placed) : placed;
  };
  const behind = (element, kind) => {
    if (element.waypoints) return into(element, kind);
    const gate = /Gateway$/.test(element.type);
    if (element.outgoing.length === 1 && !gate && kind !== "end") return into(element.outgoing[0], kind);
    return get("autoPlace").append(element, made(kind));
  };
  const edge = (step, eventDefinitionType, cancelActivity) => get("modeling").createShape(
    get("elementFactory").createShape({ type: "bpmn:BoundaryEvent", eventDefinitionType, cancelActivity }),
    { x: step.x + step.width - 14 - 44 * step.attachers.length, y: step.y + step.height }, step, { attach: true });
  const edges = {
    clock: (step) => edge(step, TIMER, false),
    edge_message: (step) => edge(step, MESSAGE, true),
    edge_error: (step) => edge(step, ERROR, true),
  };

  // The message of the diagram that is called so; made where there is none.
  const message = (name) => {
    const whole = modeler.getDefinitions();
    const known = (whole.rootElements || []).find((each) => each.$type === "bpmn:Message" && each.name === name);
    if (known) return known;
    const made = get("bpmnFactory").create("bpmn:Message", { name, id: `message_${name}` });
    made.$parent = whole;
    whole.rootElements.push(made);
    return made;
  };
  const defined = (element) => ((element.businessObject.eventDefinitions || [])[0]?.$type || "").replace("bpmn:", "").replace("EventDefinition", "").toLowerCase();
  const kindOf = (element) => words.kinds[`${element.type}:${defined(element)}`] || words.types[element.type] || element.type;

  return { modeler, get, after, edges, message, defined, kindOf, kinds };
};
