// What each key does on the page of a video. The sheet of keys is made of the same table, so it tells no lies.
// Letters go by what is printed on the key, digits by where the key lies: on some keyboards they need Shift.
function keyTable(page) {
  const { player, chips } = page;
  return [
    { group: "Play", keys: ["Space", "K"], words: "Play or pause", run: () => player.toggle() },
    { group: "Play", keys: ["J"], words: "Back 10 seconds", run: () => player.skip(-10) },
    { group: "Play", keys: ["L"], words: "On 10 seconds", run: () => player.skip(10) },
    { group: "Play", keys: ["\u2190"], words: "Back 5 seconds", run: () => player.skip(-5) },
    { group: "Play", keys: ["\u2192"], words: "On 5 seconds", run: () => player.skip(5) },
    { group: "Play", keys: ["Home"], words: "To the beginning", run: () => player.seek(0) },
    { group: "Play", keys: ["M"], words: "Sound on or off", run: () => player.mute() },
    { group: "Play", keys: ["<"], words: "Slower", run: () => player.faster(-1) },
    { group: "Play", keys: [">"], words: "Faster", run: () => player.faster(1) },
    { group: "Play", keys: ["F"], words: "Full screen", run: () => player.fullScreen() },
    { group: "Videos", keys: ["N", "Shift+\u2192"], words: "Next video", run: () => page.step(1) },
    { group: "Videos", keys: ["P", "Shift+\u2190"], words: "Previous video", run: () => page.step(-1) },
    { group: "Videos", keys: ["S"], words: "More like this video", run: () => page.alike.find("video") },
    { group: "Videos", keys: ["Shift+S"], words: "More like this second", run: () => page.alike.find("second") },
    { group: "Videos", keys: ["Esc"], words: "Back to all videos", run: () => page.close() },
    { group: "Tags", keys: ["1"], shown: "1 \u2026 9", digit: true, words: "Yes to that tag", run: (n) => chips.answer(n, "yes") },
    {
      group: "Tags", keys: ["Shift+1"], shown: "Shift+1 \u2026 9", digit: true, words: "No to that tag",
      run: (n) => chips.answer(n, "no"),
    },
    { group: "Tags", keys: ["T"], words: "On to where a tag is seen", run: () => page.nextMark(1) },
    { group: "Tags", keys: ["Shift+T"], words: "Back to where a tag is seen", run: () => page.nextMark(-1) },
    { group: "Tags", keys: ["Z"], words: "Undo the last answer", run: () => chips.undoLast() },
    { group: "Tags", keys: ["A"], words: "Add a tag", run: () => page.field.input.focus() },
    { group: "Tags", keys: ["H"], words: "Favourite, or not", run: () => page.marked.toggle("favourite") },
    { group: "Tags", keys: ["?"], words: "These keys", run: () => page.sheet.open() },
  ];
}

const KEY_NAMES = { " ": "Space", ArrowLeft: "\u2190", ArrowRight: "\u2192", Escape: "Esc" };

// The key of an event as the table names it, and the digit where it is one.
function pressed(event) {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit) return { key: (event.shiftKey ? "Shift+" : "") + "1", digit: Number(digit[1]) };
  const name = KEY_NAMES[event.key] ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  // What needs Shift to be typed at all, such as ?, is that sign.
  const shifted = event.shiftKey && (name.length > 1 || /[A-Z\u2190\u2192]/.test(name));
  return { key: (shifted ? "Shift+" : "") + name, digit: 0 };
}

// Whether a key belongs to what has the focus: words to fields, Space to buttons, arrows to lists.
function isTaken(event) {
  const target = event.composedPath()[0];
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest("dialog")) return true;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  if (target.tagName === "INPUT" && target.type !== "range") return true;
  const presses = event.key === " " || event.key === "Enter";
  return presses && Boolean(target.closest("button, a, summary, [role=option], [role=radio]"));
}

function listenToKeys(page, table) {
  const byKey = new Map(table.flatMap((entry) => entry.keys.map((key) => [key, entry])));
  const listener = (event) => {
    if (!page.root.isConnected) {
      document.removeEventListener("keydown", listener);
      return;
    }
    if (isTaken(event)) return;
    const { key, digit } = pressed(event);
    const entry = byKey.get(key);
    if (!entry || (entry.digit && !digit) || (event.repeat && !/^[JL\u2190\u2192<>]$/.test(key))) return;
    event.preventDefault();
    if (page.going && entry.group === "Tags") return;
    // Streamlit has keys of its own.
    event.stopPropagation();
    entry.run(digit);
  };
  document.addEventListener("keydown", listener);
}
