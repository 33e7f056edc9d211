// Beside the tags: what can be done with the file, and the facts about it, folded.
const SAID_MS = 5000;
const WRONG_MS = 12000;

function wordsButton(name, words, run) {
  const node = element("button", "quiet-button");
  node.type = "button";
  node.append(drawn(name), element("span", "", words));
  node.addEventListener("click", run);
  return node;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without the right to the clipboard the old way is left.
    const field = element("textarea", "unseen", text);
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}

function factsPanel(page) {
  const root = element("section", "about");
  root.setAttribute("aria-label", "About this video");
  const act = (name) => () => page.actions.act({ do: name, key: page.data.key });
  const elsewhere = wordsButton("elsewhere", "Open in my player", act("play_elsewhere"));
  const folder = wordsButton("folders", "Show in folder", act("show_in_folder"));
  const copy = wordsButton("copy", "Copy path", async () => {
    page.say((await copyText(page.data.path)) ? "Path copied" : "The path could not be copied");
  });
  const doing = element("div", "doing");
  doing.append(elsewhere, folder, copy, page.marked.hide);
  const fold = element("details", "fold");
  const summary = element("summary");
  const short = element("span", "aside");
  summary.append(element("span", "", "About this video"), short);
  const list = element("dl", "facts");
  fold.append(summary, list);
  root.append(page.marked.stars, doing, fold);
  return {
    root,
    show: (data) => {
      elsewhere.disabled = folder.disabled = !data.playable;
      copy.disabled = !data.path;
      copy.title = data.path || "This name has bytes that are no text: it cannot be copied";
      const facts = new Map(data.facts);
      short.textContent = [facts.get("Length"), facts.get("Size")].filter(Boolean).join(", ");
      list.replaceChildren(...data.facts.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", value)]));
    },
  };
}

// The line above the video: the way back, what it is, where in the result it stands.
function pageHead(page) {
  const root = element("header", "head");
  const back = element("button", "way");
  back.type = "button";
  back.title = "Back to all videos (Esc)";
  back.append(drawn("back"), element("span", "", "All videos"));
  back.addEventListener("click", () => page.close());
  const title = element("h1");
  const first = element("span", "main");
  const second = element("span", "file");
  title.append(first, second);
  const place = element("span", "place");
  const help = drawnButton("control", "help", "Keys", "?");
  help.addEventListener("click", () => page.sheet.open());
  root.append(back, title, place, page.marked.heart, help);
  return {
    root,
    show: ({ title: name, date, place: here = 0, total = 0 }) => {
      first.textContent = date || name;
      second.textContent = date ? name : "";
      title.title = name;
      place.textContent = here ? here.toLocaleString("en") + " of " + total.toLocaleString("en") : "";
      place.setAttribute("aria-label", here ? "Video " + place.textContent : "");
    },
  };
}

// Where a video cannot be watched: why, and what to do.
function showProblem(page, { words, advice, failed }) {
  const box = page.player.problem;
  box.classList.remove("slim");
  box.replaceChildren();
  if (!words) return;
  const text = element("div");
  text.append(element("p", "what", words), element("p", "advice", advice));
  box.append(drawn("broken"), text);
  if (failed) {
    box.append(wordsButton("again", "Try again", (event) => {
      event.currentTarget.disabled = true;
      page.actions.act({ do: "read_again", key: page.data.key });
    }));
  }
}

// Says what happened, also to a screen reader, and over the whole screen.
function speaker(parent) {
  const root = element("div", "said");
  root.setAttribute("role", "status");
  root.setAttribute("aria-live", "polite");
  parent.append(root);
  let timer = 0;
  return (words, wrong) => {
    clearTimeout(timer);
    root.textContent = words;
    root.classList.toggle("wrong", Boolean(wrong));
    timer = setTimeout(() => (root.textContent = ""), wrong ? WRONG_MS : SAID_MS);
  };
}
