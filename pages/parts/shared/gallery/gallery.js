const drawn = new WeakMap(); // parent element -> what it shows, so that the same pictures stay put

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const gallery = parentElement.querySelector(".gallery");
  const content = JSON.stringify(data);
  if (drawn.get(parentElement) === content) return;
  drawn.set(parentElement, content);
  gallery.replaceChildren(...data.pictures.map((picture, index) => {
    const entry = document.createElement(data.clickable ? "button" : "div");
    entry.className = "picture";
    entry.style.width = `${data.side}px`;
    if (data.clickable) {
      entry.type = "button";
      entry.onclick = () => setTriggerValue("clicked", index);
    }
    const image = document.createElement("img");
    image.src = picture.source;
    image.alt = picture.alt;
    image.style.borderColor = picture.colour;
    const caption = document.createElement("span");
    caption.className = "caption";
    caption.textContent = picture.caption;
    caption.title = picture.caption;
    entry.append(image, caption);
    return entry;
  }));
}
