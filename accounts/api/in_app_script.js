// Shows a customer's person the message that waits for them, in the page of the product that has
// this script. What is served lacks these lines and the indentation (accounts/api/in_app_script.py).
//   data-token       who looks, signed by the product's back end for an hour at most
//   data-token-from  or: an address of the product that answers with such a token, as text
//   data-close       the word for "Close" in the product's language
// Nothing is stored, no cookie is sent, nothing moves, and no text of a message becomes markup.
(() => {
  const {src, dataset: {token, tokenFrom, close = "Close"}} = document.currentScript;
  let host;

  const call = async (path = "") => fetch(new URL("messages" + path, src), {
    method: path ? "POST" : "GET",
    keepalive: true,
    headers: {
      Authorization: "Bearer " + (tokenFrom ? await (await fetch(tokenFrom)).text() : token)
    }
  });
  const make = (name, parent, values) =>
    parent.appendChild(Object.assign(document.createElement(name), values));

  // A style sheet made here needs no style-src of the page; !important wins over its rules.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host{all:initial!important}
    section{position:fixed;z-index:2147483647;bottom:1em;right:1em;width:min(18em,100vw - 6.5em);
    max-height:calc(100vh - 4em);overflow:auto;padding:1em 3.5em 1em 1em;
    border:1px solid;border-radius:8px;box-shadow:0 4px 2em #0005;font:1em/1.5 system-ui;
    color-scheme:light dark;background:Canvas;color:CanvasText}
    p{margin:0;white-space:pre-line;overflow-wrap:anywhere}
    button{all:unset;position:absolute;top:4px;right:4px;width:44px;line-height:44px;text-align:center}
    :focus-visible{outline:2px solid}`);

  const show = ({id, subject, body}) => {
    const end = (what) => {
      call(`/${id}/${what}`);
      host.remove();
      host = 0;
    };
    host = make("div", document.body);
    const root = host.attachShadow({mode: "open"});
    root.adoptedStyleSheets = [sheet];
    const card = make("section", root, {ariaLabel: subject, dir: "auto"});
    card.onkeydown = ({key}) => key == "Escape" && end("dismissed");
    // Read out when its text comes: it has to be there before.
    const text = make("div", card, {ariaLive: "polite"});
    make("button", card, {textContent: "×", ariaLabel: close, onclick: () => end("dismissed")});
    setTimeout(() => {
      make("strong", text, {textContent: subject});
      const words = make("p", text);
      for (const [textContent, href] of body)
        href
          ? make("a", words, {textContent, href, target: "_blank", onclick: () => end("clicked")})
          : words.append(textContent);
    }, 99);
  };

  // One at a time. What cannot be asked is not shown, and nobody is told.
  const ask = async () => {
    try {
      const [message] = (await (await call()).json()).messages;
      if (!host && (await call(`/${message.id}/shown`)).ok && !host) show(message);
    } catch {}
  };
  addEventListener("cs-in-app", ask);
  ask();
})();
