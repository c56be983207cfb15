// Small builders of form parts: every word goes in as text, never as markup.
"use strict";
window.LingquDesign = window.LingquDesign || {};

LingquDesign.el = (tag, given = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

LingquDesign.parts = (() => {
  const { el } = LingquDesign;
  let count = 0;
  const field = (words, control, hint = "") => {
    control.id = control.id || `d${(count += 1)}`;
    if (hint) control.setAttribute("aria-describedby", `${control.id}-hint`);
    return el("div", { class: "field" }, el("label", { for: control.id }, words), hint ? el("p", { class: "hint", id: `${control.id}-hint` }, hint) : null, control);
  };
  const text = (value, put, more = {}) => {
    const made = el("input", { type: "text", maxlength: 200, autocomplete: "off", ...more, onchange: () => put(made.value.trim()) });
    made.value = value ?? "";
    return made;
  };
  const number = (value, put, more = {}) => {
    const made = el("input", { type: "number", min: 1, max: 365, ...more, onchange: () => put(made.value ? Number(made.value) : null) });
    made.value = value ?? "";
    return made;
  };
  const select = (options, value, put, more = {}) => {
    const made = el("select", { ...more, onchange: () => put(made.value) });
    const known = new Map(options);
    if (value && !known.has(value)) known.set(value, value);
    for (const [code, words] of known) {
      const option = el("option", { value: code }, words);
      option.selected = code === (value ?? "");
      made.append(option);
    }
    return made;
  };
  const tick = (words, on, put, more = {}) => {
    const made = el("input", { type: "checkbox", ...more, onchange: () => put(made.checked) });
    made.checked = on;
    return el("label", { class: "pick" }, made, el("span", {}, words));
  };
  const button = (words, run, kind = "second", more = {}) => el("button", { type: "button", class: kind === "plain" ? "plain" : `btn ${kind}`, onclick: run, ...more }, words);
  const cell = (name, ...children) => el("td", { "data-name": name }, ...children);
  return { field, text, number, select, tick, button, cell };
})();

LingquDesign.post = async (url, body) => {
  const answer = await fetch(url, {
    method: "POST", credentials: "same-origin", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
  });
  const told = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : { error: answer.statusText };
  if (!answer.ok) throw Object.assign(new Error(told.error), { next: told.next || "", status: answer.status });
  return told;
};
