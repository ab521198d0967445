// ODK's form engine in Node: it wants a browser's document.
import { JSDOM } from 'jsdom';

const browser = new JSDOM('<!doctype html>', { url: 'http://localhost/' }).window;
for (const name of ['DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XMLDocument', 'XPathResult',
	'XPathEvaluator', 'XPathExpression', 'document', 'Text', 'Attr', 'Comment', 'CDATASection', 'CharacterData',
	'ProcessingInstruction', 'NodeFilter', 'HTMLElement']) {
	Object.defineProperty(globalThis, name, { value: browser[name], configurable: true, writable: true });
}
globalThis.window = browser;
const { process: node } = globalThis; // the engine would load its parser in another way if it saw Node
delete globalThis.process;
const engine = await import('@getodk/xforms-engine');
globalThis.process = node;

export const { loadForm } = engine;

// walk goes through all that lies below a node, in the order of the form.
export function* walk(parent) {
	for (const child of parent.currentState.children ?? []) {
		yield child;
		yield* walk(child);
	}
}
