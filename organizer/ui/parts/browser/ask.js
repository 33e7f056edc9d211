// Asks a read-only route of the gallery's own server, and nobody else. Lists come so without a run of the page's script.
async function ask(name, parameters, signal) {
  const answer = await fetch("/api/" + name + "?" + new URLSearchParams(parameters), { signal });
  if (!answer.ok) throw new Error("The gallery answered " + answer.status + ".");
  return answer.json();
}

// The pictures of a video in one row, and how many there are; null where there are none.
async function askStrip(key, signal) {
  const answer = await fetch("/strip/" + encodeURIComponent(key), { signal });
  if (answer.status !== 200) return null;
  return { blob: await answer.blob(), count: Number(answer.headers.get("X-Strip-Count")) || 1 };
}
