// More drawings (icons.js), and the buttons of the page of a video.
Object.assign(DRAWINGS, {
  back: ["M15 5l-7 7l7 7"],
  forth: ["M9 5l7 7l-7 7"],
  play: ["M7 4.8v14.4l12-7.2z!"],
  pause: ["M7 5h3.4v14H7z!", "M13.6 5H17v14h-3.4z!"],
  rewind: ["M12 5a7.5 7.5 0 1 1-7.2 5.4", "M12.4 1.8L9 5l3.4 3.2"],
  skip: ["M12 5a7.5 7.5 0 1 0 7.2 5.4", "M11.6 1.8L15 5l-3.4 3.2"],
  loud: ["M4 9.5v5h3.5L12 18V6L7.5 9.5z!", "M15.2 9a4.2 4.2 0 0 1 0 6", "M17.8 6.5a7.8 7.8 0 0 1 0 11"],
  mute: ["M4 9.5v5h3.5L12 18V6L7.5 9.5z!", "M15.5 9.5l5 5", "M20.5 9.5l-5 5"],
  full: ["M4.5 9V4.5H9", "M15 4.5h4.5V9", "M19.5 15v4.5H15", "M9 19.5H4.5V15"],
  small: ["M9 4.5V9H4.5", "M19.5 9H15V4.5", "M15 19.5V15h4.5", "M4.5 15H9v4.5"],
  starred: ["M12 3.6l2.6 5.3l5.8.8l-4.2 4.1l1 5.8L12 16.9l-5.2 2.7l1-5.8L3.6 9.7l5.8-.8z!"],
  hearted: ["M12 20l-7.6-7.4a4.9 4.9 0 0 1 7-6.9l.6.6l.6-.6a4.9 4.9 0 0 1 7 6.9z!"],
  undo: ["M8.5 4.5L4.5 8.5l4 4", "M4.8 8.5H14a5.5 5.5 0 0 1 0 11H8"],
  help: ["M9 9a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2.1", "M12 17.4h.01"],
  show: ["M3 12s3.4-6 9-6s9 6 9 6s-3.4 6-9 6s-9-6-9-6z", "M12 9.4a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 0 0 0-5.2z"],
  elsewhere: ["M10 5H5v14h14v-5", "M13.5 4.5h6v6", "M19 5l-8.5 8.5"],
  copy: ["M9 9h10v11H9z", "M15 9V4.5H5V15.5h4"],
  broken: ["M12 4L2.8 19.5h18.4z", "M12 10v4.5", "M12 17.2h.01"],
});

// A button with a drawing, read aloud and explained by its words.
function drawnButton(className, name, words, keys) {
  const node = element("button", className);
  node.type = "button";
  node.append(drawn(name));
  redraw(node, name, words, keys);
  return node;
}

function redraw(node, name, words, keys) {
  if (node.dataset.drawing !== name) node.querySelector(".icon").replaceWith(drawn(name));
  node.dataset.drawing = name;
  node.setAttribute("aria-label", words);
  node.title = keys ? words + " (" + keys + ")" : words;
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? hours + ":" + String(minutes).padStart(2, "0") + ":" + rest : minutes + ":" + rest;
}
