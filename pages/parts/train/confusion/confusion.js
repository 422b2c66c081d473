const drawn = new WeakMap(); // parent element -> its table's content and the chosen cell

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const table = parentElement.querySelector("table");
  const content = JSON.stringify(data);
  if (drawn.get(parentElement) === content) return;
  drawn.set(parentElement, content);
  const chosen = table.querySelector("[aria-pressed=true]")?.dataset.cell;
  const head = element("thead", element("tr", element("th"), ...data.classes.map((name) => header("says ", name))));
  const body = element("tbody");
  for (const truth of [1, 0]) {
    const row = element("tr", header("is ", data.classes[truth]));
    for (const said of [0, 1]) {
      const button = cell(data, truth, said);
      button.setAttribute("aria-pressed", String(chosen === button.dataset.cell));
      button.onclick = () => {
        for (const other of table.querySelectorAll("button")) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        setStateValue("cell", [truth, said]);
      };
      row.append(element("td", button));
    }
    body.append(row);
  }
  table.replaceChildren(head, body);
}

function cell(data, truth, said) {
  const count = data.counts[truth][said];
  const total = data.counts[truth][0] + data.counts[truth][1];
  const percent = total ? Math.round((100 * count) / total) : 0;
  const button = element("button", part("count", count), part("share", ` · ${percent} %`), part("fill", ""));
  button.type = "button";
  button.dataset.cell = `${truth}-${said}`;
  button.lastChild.style.width = `${percent}%`;
  const verdict = truth === said ? "right" : "wrong";
  button.setAttribute("aria-label", `${count} ${verdict}: is ${data.classes[truth]}, says ${data.classes[said]}`);
  return button;
}

function header(before, name) {
  const bold = element("b");
  bold.textContent = name; // a class name is a folder's name: text, never HTML
  return element("th", before, bold);
}

function part(name, text) {
  const span = element("span", String(text));
  span.className = name;
  return span;
}

function element(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}
