// Sends messages without reloading the page. Without this script the page's plain form does the same.
"use strict";
const talk = document.getElementById("talk");
const form = document.getElementById("write");
const field = document.getElementById("message");
const POLL = 15000; // milliseconds between looks for answers from staff

function line(who, text) {
  const item = document.createElement("li");
  item.className = who;
  const name = document.createElement("span");
  name.className = "who hidden";
  name.textContent = who === "worker" ? talk.dataset.you : talk.dataset.bot;
  const words = document.createElement("span");
  words.className = "words";
  words.textContent = text;
  item.append(name, words);
  talk.append(item);
  return item;
}

function show(messages) {
  for (const message of messages) {
    const item = line("bot", message.text);
    if (message.file) {
      const link = document.createElement("a");
      link.className = "file";
      link.href = message.file;
      link.download = "";
      link.textContent = form.dataset.download;
      item.append(link);
    }
    if (!message.buttons || !message.buttons.length) continue;
    const row = document.createElement("div");
    row.className = "buttons";
    for (const button of message.buttons) {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = button.title;
      made.addEventListener("click", () => send(button.payload, button.title));
      row.append(made);
    }
    item.append(row);
  }
}

function toEnd() {
  window.scrollTo(0, document.body.scrollHeight);
}

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function send(message, title) {
  talk.querySelectorAll(".buttons").forEach((row) => row.remove());
  const said = line("worker", title);
  const thinking = line("bot thinking", form.dataset.sending);
  toEnd();
  try {
    const answer = await post("/api/chat", { sender: form.dataset.sender, message: message });
    if (answer.leave) {
      talk.replaceChildren();
      location.replace(answer.leave); // the way back does not lead here
      return;
    }
    thinking.remove();
    show(answer.messages || [{ text: answer.error }]);
    said.scrollIntoView({ block: "start" }); // a long answer is read from its beginning
  } catch (error) {
    thinking.remove();
    show([{ text: form.dataset.offline }]);
    toEnd();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value;
  field.value = "";
  field.focus();
  send(text, text);
});

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

document.getElementById("leave").addEventListener("submit", (event) => {
  event.preventDefault();
  document.body.hidden = true;
  send("/clear", "");
});

// The buttons that came with the page are forms of their own; here they need no reload.
talk.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.submitter.value, event.submitter.textContent);
});

setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await post("/api/chat/waiting", { sender: form.dataset.sender });
    if (!answer.messages || !answer.messages.length) return;
    show(answer.messages);
    toEnd();
  } catch (error) {
    // The connection is away; the next look may find it again.
  }
}, POLL);

if (talk.children.length > 1) toEnd();
