// Of how many videos which tags are maybes; a click looks through those of one tag.
// All data goes through textContent: a name is never markup.
function maybe(tag, look) {
  const node = element("button", "maybe");
  node.type = "button";
  node.setAttribute("aria-pressed", String(tag.chosen));
  node.setAttribute("aria-label", tag.words);
  node.title = tag.chosen ? "Show all videos again" : "Look through the videos where " + tag.shown + " is a maybe";
  node.append(element("span", "name", tag.shown + "?"), element("span", "number", tag.videos.toLocaleString("en")));
  node.addEventListener("click", () => look({ name: tag.name, chosen: tag.chosen }));
  return node;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let root = parentElement.querySelector(".maybes");
  if (!root) {
    root = element("div", "maybes");
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", "Maybes by tag");
    parentElement.append(root);
  }
  root.replaceChildren(...data.maybes.map((tag) => maybe(tag, (clicked) => setTriggerValue("look", clicked))));
}
