// Asks whether something is meant, does it, and shows why it was refused.

import { byId } from './element.js';
import { told } from './problem.js';

let act;

/** Asks for `verb`; `act` does it, with the number from the field if there is one to begin with. */
export function ask({ title, text, verb, number, act: wanted }) {
  act = wanted;
  byId('dialog-title').textContent = title;
  byId('dialog-text').textContent = text;
  byId('dialog-do').textContent = verb;
  byId('dialog-problem').replaceChildren();
  const field = byId('dialog-value');
  byId('dialog-field').hidden = number === undefined;
  field.disabled = number === undefined;
  field.value = number ?? '';
  byId('dialog').showModal();
  // What does something is not what the Enter key that opened this presses again.
  (number === undefined ? byId('dialog-leave') : field).focus();
}

async function go(event) {
  event.preventDefault();
  const button = byId('dialog-do');
  if (button.disabled) return;
  button.disabled = true;
  byId('dialog-problem').replaceChildren();
  try {
    await act(byId('dialog-value').valueAsNumber);
    byId('dialog').close();
  } catch (error) {
    byId('dialog-problem').replaceChildren(...told(error));
  }
  button.disabled = false;
}

byId('dialog').querySelector('form').addEventListener('submit', go);
byId('dialog-leave').addEventListener('click', () => byId('dialog').close());
