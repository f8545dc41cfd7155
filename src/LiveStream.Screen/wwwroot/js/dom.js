// Elements by hand. Text always goes in as text: names come from outside.

export const byId = (id) => document.getElementById(id);

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes `parent` hold exactly `length` children, built by `build`; kept ones stay as they are. */
export function keep(parent, length, build) {
  while (parent.children.length > length) parent.lastElementChild.remove();
  while (parent.children.length < length) parent.append(build(parent.children.length));
  return parent.children;
}

/** A row of choices; `choose` is called with the key of the one that was pressed. */
export function chips(parent, keys, chosen, name, choose) {
  const buttons = keep(parent, keys.length, () => {
    const button = make('button', 'chip');
    button.type = 'button';
    button.addEventListener('click', () => button.choose(button.dataset.key));
    return button;
  });
  keys.forEach((key, index) => {
    const button = buttons[index];
    button.dataset.key = key;
    button.choose = choose;
    setText(button, name(key));
    button.setAttribute('aria-pressed', String(key === chosen));
  });
}
