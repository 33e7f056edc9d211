// Says what was done, with a way back, and goes by itself; not while somebody points at it or has come to it by keyboard.
const STAYS_MS = 9000;

function toast(root, { id, words, undo, undone }) {
  const node = element("div", "toast");
  node.dataset.id = id;
  const close = element("button", "close");
  close.type = "button";
  close.setAttribute("aria-label", "Close");
  close.append(drawn("cross"));
  node.append(element("span", "words", words));
  if (undo !== null) {
    const back = element("button", "undo", undone ? "Redo" : "Undo");
    back.type = "button";
    back.addEventListener("click", () => {
      root.queue.act({ action: undone ? "redo" : "undo", step: undo });
      node.remove();
    });
    node.append(back);
  }
  node.append(close);
  let timer = 0;
  const stay = () => clearTimeout(timer);
  const wait = () => {
    stay();
    timer = setTimeout(() => node.remove(), STAYS_MS);
  };
  close.addEventListener("click", () => node.remove());
  node.addEventListener("mouseenter", stay);
  node.addEventListener("mouseleave", wait);
  node.addEventListener("focusin", stay);
  node.addEventListener("focusout", wait);
  wait();
  return node;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let root = parentElement.querySelector(".toasts");
  if (!root) {
    root = element("div", "toasts");
    root.setAttribute("role", "status");
    root.setAttribute("aria-live", "polite");
    root.known = new Set();
    root.queue = actionQueue(data.acknowledged, root);
    parentElement.append(root);
  }
  root.queue.send = (sent) => setTriggerValue("act", sent);
  root.queue.acknowledge(data.acknowledged);
  for (const one of data.toasts) {
    if (root.known.has(one.id)) continue;
    root.known.add(one.id);
    root.append(toast(root, one));
    while (root.children.length > 3) root.firstChild.remove();
  }
}
