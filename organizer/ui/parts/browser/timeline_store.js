// What the page knows of its list. The list stays what it was when it was got; of its cards only those near the part
// that is seen are kept.
const PART = 48;
const MOST_PARTS = 40;
const MOST_ASKED = 3;

function makeStore(changed, lost) {
  return {
    address: null, version: null, stamp: null, count: 0, months: [],
    parts: new Map(), asked: new Map(), stale: new Set(), wanted: [0, 0], changed, lost,
  };
}

// Another list, or the same one as it is now, with the parts of it that are here already.
function storeList(store, address, list, parts) {
  for (const asked of store.asked.values()) asked.abort();
  store.asked.clear();
  store.stale.clear();
  Object.assign(store, { address, parts, version: list.version, stamp: list.stamp, count: list.count, months: list.months });
}

// Gets a list, and the parts of it that are seen first. "near" is where the place of "anchor", a key, was before; "seen"
// says between which places the page will show cards, given the list and the place.
async function askList(address, { anchor, near, seen }, signal) {
  const parameters = new URLSearchParams(address);
  if (anchor) parameters.set("anchor", anchor);
  parameters.set("offset", Math.max(0, near));
  parameters.set("limit", PART);
  const list = await ask("months", parameters, signal);
  const parts = new Map();
  if (list.videos.length) parts.set(list.offset / PART, list.videos);
  const [first, end] = seen(list);
  const missing = [];
  for (let number = Math.floor(first / PART); number * PART < end; number += 1) if (!parts.has(number)) missing.push(number);
  await Promise.all(missing.map(async (number) => {
    const answer = await ask("videos", partOf(address, list.version, number), signal);
    if (answer.version === list.version) parts.set(number, answer.videos);
  }));
  return { list, parts };
}

function partOf(address, version, number) {
  const parameters = new URLSearchParams(address);
  parameters.set("version", version);
  parameters.set("offset", number * PART);
  parameters.set("limit", PART);
  return parameters;
}

// The card at a place of the list: undefined where it is not here yet, null where its video is gone.
function cardAt(store, index) {
  return store.parts.get(Math.floor(index / PART))?.[index % PART];
}

function cardsAt(store, pairs) {
  const cards = [];
  for (const [number, part] of store.parts) {
    part.forEach((card, place) => {
      const index = number * PART + place;
      if (card && pairs.some(([first, end]) => first <= index && index < end)) cards.push(card);
    });
  }
  return cards;
}

// Says which places are seen, or soon will be; the nearest parts are asked for first.
function want(store, first, end) {
  store.wanted = [Math.max(0, first), Math.min(store.count, end)];
  const numbers = wantedParts(store);
  for (const [number, asked] of store.asked) {
    if (!numbers.includes(number)) {
      asked.abort();
      store.asked.delete(number);
    }
  }
  for (const number of numbers) {
    const part = store.parts.get(number);
    if (part) {
      // The order of a Map is that of its keys' arrival: what was seen last goes last.
      store.parts.delete(number);
      store.parts.set(number, part);
    }
    if ((!part || store.stale.has(number)) && !store.asked.has(number) && store.asked.size < MOST_ASKED) {
      askPart(store, number);
    }
  }
  for (const number of store.parts.keys()) {
    if (store.parts.size <= MOST_PARTS) break;
    store.parts.delete(number);
    store.stale.delete(number);
  }
}

function wantedParts(store) {
  const [first, end] = store.wanted;
  if (first >= end) return [];
  const middle = (first + end - 1) / 2 / PART;
  const numbers = [];
  for (let number = Math.floor(first / PART); number <= Math.floor((end - 1) / PART); number += 1) numbers.push(number);
  return numbers.sort((a, b) => Math.abs(a + 0.5 - middle) - Math.abs(b + 0.5 - middle));
}

async function askPart(store, number) {
  const asked = new AbortController();
  const { version, address } = store;
  store.asked.set(number, asked);
  try {
    const answer = await ask("videos", partOf(address, version, number), asked.signal);
    if (store.version !== version) return;
    if (answer.version !== version) {
      store.lost();
      return;
    }
    store.parts.set(number, answer.videos);
    store.stale.delete(number);
    store.changed(number * PART, number * PART + PART);
  } catch (problem) {
    if (problem.name === "AbortError") return;
    // The server is busy or gone: again, but not at once.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  } finally {
    if (store.asked.get(number) === asked) store.asked.delete(number);
  }
  if (store.version === version) want(store, ...store.wanted);
}

// Something changed in the library, perhaps only elsewhere: cards are asked for again where they are seen.
function makeStale(store, stamp) {
  store.stamp = stamp;
  const seen = new Set(wantedParts(store));
  for (const number of store.parts.keys()) {
    if (seen.has(number)) store.stale.add(number);
    else store.parts.delete(number);
  }
  want(store, ...store.wanted);
}
