// What the page does before and beside Streamlit: it says in its own words that the server has ended, and comes back with it.
(() => {
  const STATE = "data-test-connection-state";
  const PATIENCE_MS = 700;
  const LOOK_EVERY_MS = 1500;
  const USUAL_PORT = "8765";
  let timer = 0;
  let shown = null;
  let title = "";

  function node(name, id, text) {
    const made = document.createElement(name);
    if (id) made.id = id;
    if (text) made.textContent = text;
    return made;
  }

  function show() {
    if (shown) return;
    const port = location.port && location.port !== USUAL_PORT ? " --port " + location.port : "";
    shown = node("div", "organizer-ended");
    const box = node("div");
    const words = node("h1", "organizer-ended-words", "The gallery has ended");
    const retry = node("button", "", "Try again");
    retry.type = "button";
    retry.addEventListener("click", () => look());
    box.append(
      words,
      node("p", "organizer-ended-more", "It runs as long as its command does. Nothing is lost. Start it again in a terminal, as you did before:"),
      node("code", "", document.querySelector('meta[name="organizer-command"]').content + port),
      node("p", "", "This page then comes back by itself, where you were."),
      retry,
    );
    shown.setAttribute("role", "alertdialog");
    shown.setAttribute("aria-modal", "true");
    shown.setAttribute("aria-labelledby", words.id);
    shown.setAttribute("aria-describedby", "organizer-ended-more");
    shown.append(box);
    title = document.title;
    document.title = "The gallery has ended";
    const root = document.getElementById("root");
    if (root) root.inert = true;
    document.body.append(shown);
    retry.focus();
  }

  async function look() {
    clearTimeout(timer);
    let alive = false;
    try {
      alive = (await fetch("/_stcore/health", { cache: "no-store" })).ok;
    } catch {
      // Nobody answers: that is what this asks.
    }
    if (!document.documentElement.hasAttribute("data-organizer-lost")) return;
    if (alive && shown) {
      document.title = title;
      location.reload();
      return;
    }
    if (!alive) show();
    timer = setTimeout(look, LOOK_EVERY_MS);
  }

  function lost(is) {
    const root = document.documentElement;
    if (is === root.hasAttribute("data-organizer-lost")) return;
    root.toggleAttribute("data-organizer-lost", is);
    clearTimeout(timer);
    if (is) timer = setTimeout(look, PATIENCE_MS);
    // Streamlit found the server before this did: what it holds may be of the one before.
    else if (shown) location.reload();
  }

  new MutationObserver((changes) => {
    for (const change of changes) lost(change.target.getAttribute(STATE) !== "CONNECTED");
  }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: [STATE] });
})();
