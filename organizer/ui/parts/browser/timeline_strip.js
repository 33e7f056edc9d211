// Moving over a card goes through up to ten pictures of its video. Where there are none, nothing is shown.
const STRIP_WAIT_MS = 140;
const MOST_STRIPS = 30;

function makeStrips() {
  return { known: new Map(), timer: 0, cell: null, asked: null };
}

async function stripOf(strips, key, signal) {
  if (strips.known.has(key)) return strips.known.get(key);
  const answer = await askStrip(key, signal);
  const strip = answer && { source: URL.createObjectURL(answer.blob), count: answer.count };
  strips.known.set(key, strip);
  for (const [oldest, old] of strips.known) {
    if (strips.known.size <= MOST_STRIPS) break;
    strips.known.delete(oldest);
    if (old) URL.revokeObjectURL(old.source);
  }
  return strip;
}

function endStrip(strips) {
  clearTimeout(strips.timer);
  strips.asked?.abort();
  strips.cell?.querySelector(".strip")?.remove();
  strips.cell?.querySelector(".strip-bar")?.remove();
  strips.cell = null;
}

function dropStrips(strips) {
  endStrip(strips);
  for (const strip of strips.known.values()) if (strip) URL.revokeObjectURL(strip.source);
  strips.known.clear();
}

function beginStrip(strips, cell, event) {
  endStrip(strips);
  strips.cell = cell;
  strips.x = event.clientX;
  strips.timer = setTimeout(async () => {
    const asked = (strips.asked = new AbortController());
    try {
      const strip = await stripOf(strips, cell.dataset.key, asked.signal);
      if (strip && strips.cell === cell && !asked.signal.aborted) showStrip(strips, cell, strip);
    } catch {
      // Left before it came.
    }
  }, STRIP_WAIT_MS);
}

function showStrip(strips, cell, strip) {
  const frame = cell.querySelector(".picture");
  if (!frame) return;
  const window_ = element("span", "strip");
  const image = element("img");
  image.alt = "";
  image.draggable = false;
  image.src = strip.source;
  window_.append(image);
  const bar = element("span", "strip-bar");
  bar.append(element("span"));
  frame.append(window_, bar);
  strips.show = () => {
    const box = frame.getBoundingClientRect();
    const part = Math.min(0.999, Math.max(0, (strips.x - box.left) / box.width));
    image.dataset.shown = Math.floor(part * strip.count);
    bar.firstChild.style.width = 100 * part + "%";
    if (!image.naturalWidth) return;
    // Each picture of the row fills the frame, as the poster does, and what is too much of it is cut off.
    const wide = image.naturalWidth / strip.count / image.naturalHeight;
    const width = Math.max(box.width, box.height * wide);
    image.style.width = width * strip.count + "px";
    image.style.height = width / wide + "px";
    const left = -width * image.dataset.shown - (width - box.width) / 2;
    image.style.transform = "translate(" + left + "px, " + 0.3 * (box.height - width / wide) + "px)";
  };
  image.addEventListener("load", strips.show);
  strips.show();
}

// Listens on the whole grid: cells come and go.
function listenToStrips(strips, grid) {
  grid.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return;
    const cell = event.target.closest?.(".card");
    if (!cell || !cell.dataset.key) {
      if (strips.cell) endStrip(strips);
    } else if (cell !== strips.cell) {
      strips.show = null;
      beginStrip(strips, cell, event);
    } else {
      strips.x = event.clientX;
      strips.show?.();
    }
  });
  grid.addEventListener("pointerleave", () => endStrip(strips));
}
