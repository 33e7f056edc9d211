// The player's own bar: where it is, sound, speed, full screen.
const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3];

function slider(className, words, max, step) {
  const node = element("input", className);
  node.type = "range";
  node.min = 0;
  node.max = max;
  node.step = step;
  node.setAttribute("aria-label", words);
  return node;
}

function buildBar(marks) {
  const root = element("div", "controls");
  const seek = element("div", "seek");
  const track = element("div", "track");
  const loaded = element("span", "loaded");
  const past = element("span", "past");
  const position = slider("position", "Position in the video", 0, "any");
  const tip = element("span", "tip");
  tip.setAttribute("aria-hidden", "true");
  track.append(loaded, past);
  seek.append(marks.root, track, position, tip);
  const play = drawnButton("control play", "play", "Play", "K");
  const back = drawnButton("control", "rewind", "Back 10 seconds", "J");
  const on = drawnButton("control", "skip", "On 10 seconds", "L");
  const time = element("span", "time");
  const mute = drawnButton("control", "loud", "Sound off", "M");
  const volume = slider("volume", "Volume", 1, 0.05);
  const speed = element("select", "speed");
  speed.setAttribute("aria-label", "Speed");
  speed.title = "Speed (< and >)";
  for (const rate of SPEEDS) {
    const option = element("option", "", rate + "\u00d7");
    option.value = rate;
    speed.append(option);
  }
  speed.value = 1;
  const full = drawnButton("control", "full", "Full screen", "F");
  const row = element("div", "row");
  const sound = element("span", "sound");
  sound.append(mute, volume);
  row.append(play, back, on, time, element("span", "gap"), sound, speed, full);
  root.append(seek, row);
  return { root, seek, loaded, past, position, tip, play, back, on, time, mute, volume, speed, full };
}

// How far a player is, drawn; as often as the screen is while it plays.
function drawTime(bar, video, duration) {
  const now = Math.min(video.currentTime || 0, duration || Infinity);
  const share = duration ? (100 * now) / duration : 0;
  bar.past.style.width = share + "%";
  bar.seek.style.setProperty("--past", share + "%");
  bar.position.max = duration || 0;
  bar.position.value = now;
  const words = clock(now) + " / " + clock(Math.round(duration));
  if (bar.time.textContent !== words) {
    bar.time.textContent = words;
    bar.position.setAttribute("aria-valuetext", clock(now) + " of " + clock(Math.round(duration)));
  }
}

function drawLoaded(bar, video, duration) {
  const ranges = video.buffered;
  const end = ranges.length ? ranges.end(ranges.length - 1) : 0;
  bar.loaded.style.width = (duration ? Math.min(100, (100 * end) / duration) : 0) + "%";
}

function drawSound(bar, video) {
  const silent = video.muted || !video.volume;
  redraw(bar.mute, silent ? "mute" : "loud", silent ? "Sound on" : "Sound off", "M");
  bar.volume.value = silent ? 0 : video.volume;
  bar.volume.style.setProperty("--past", 100 * bar.volume.value + "%");
}

// Where a click would lead to.
function showTip(bar, event, duration) {
  const box = bar.seek.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  bar.tip.textContent = clock(share * (duration || 0));
  bar.tip.style.left = 100 * share + "%";
}
