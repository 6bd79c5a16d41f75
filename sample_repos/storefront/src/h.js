const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const VOID = new Set(["br", "hr", "img", "input", "link", "meta"]);

export class Html {
  constructor(text) {
    this.text = text;
  }
}

function escape(value) {
  return String(value).replace(/[&<>"]/g, (sign) => ESCAPES[sign]);
}

function render(child) {
  if (child instanceof Html) return child.text;
  if (Array.isArray(child)) return child.map(render).join("");
  return child === null || child === undefined || child === false ? "" : escape(child);
}

function style(rules) {
  return Object.entries(rules)
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)}:${value}`)
    .join(";");
}

/** The JSX factory: h("p", { className: "x" }, "text") makes <p class="x">text</p>. */
export function h(tag, attributes, ...children) {
  if (typeof tag === "function") return tag({ ...attributes, children });
  const pairs = Object.entries(attributes ?? {}).map(([name, value]) => {
    const text = name === "style" ? style(value) : value;
    return ` ${name === "className" ? "class" : name}="${escape(text)}"`;
  });
  const open = `<${tag}${pairs.join("")}>`;
  return new Html(VOID.has(tag) ? open : `${open}${render(children)}</${tag}>`);
}
