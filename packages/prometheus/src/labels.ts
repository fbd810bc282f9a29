import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { labelName } from './naming';

/** Gives the labels of a series as they stand between the braces: `a="1",b="2"`. */
export type LabelWriter = (attributes: Attributes) => string;

/**
 * Creates a {@link LabelWriter} that keeps each text as long as its attributes live. A label that `isReserved` gets the
 * prefix `exported_`, as Prometheus does with labels that it needs itself.
 */
export function createLabelWriter(isReserved: (name: string) => boolean): LabelWriter {
  const texts = new WeakMap<Attributes, string>();
  return (attributes) => {
    let text = texts.get(attributes);
    if (text === undefined) {
      text = labelText(attributes, isReserved);
      texts.set(attributes, text);
    }
    return text;
  };
}

/** The labels of `attributes`, in the order of their keys; values whose keys become the same label are joined by `;`. */
export function labelText(attributes: Attributes, isReserved: (name: string) => boolean = () => false): string {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key];
    const plain = labelName(key);
    if (value === undefined || value === null || plain === '') continue;
    const name = isReserved(plain) ? `exported_${plain}` : plain;
    const earlier = labels.get(name);
    labels.set(name, earlier === undefined ? valueText(value) : `${earlier};${valueText(value)}`);
  }
  return Array.from(labels, ([name, value]) => `${name}="${escapeLabel(value)}"`).join(',');
}

/** Joins two texts of labels, either of which may be empty. */
export function joinLabels(first: string, second: string): string {
  return first === '' || second === '' ? first + second : `${first},${second}`;
}

/** Escapes a HELP text; a label's value needs `"` escaped as well. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, escapeCharacter);
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

function valueText(value: AttributeValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
