// Walks forms along given answers with ODK's own engine and says what is shown on the way; see tools/paths.
//
//   node walk.mjs < WALKS.json > SEEN.json
//
// WALKS is {forms: {id: XForm}, lists: {"households.csv": text}, paths: [{form, language, answers: {question: value},
// repeats: {repeat: [{question: value}]}}]},
// SEEN is [{shown: [question], required, missing: [question], against: [question], unworded: [question], other: [question: value]}]:
// other is what the form itself made of a question, where that is not the answer given.
import { readFileSync } from 'node:fs';
import { loadForm, walk } from './engine.mjs';

const asked = new Set(['input', 'select', 'upload', 'trigger', 'range', 'rank']);
const nameOf = (node) => node.currentState.reference.split('/').pop().replace(/\[\d+\]$/, '');
const isMeta = (node) => /\/meta(\/|$)/.test(node.currentState.reference);

// given finds the answer to a node: among those of its round where it lies in a repeat.
function given(node, path) {
	const rounds = [...node.currentState.reference.matchAll(/([^/[\]]+)\[(\d+)\]/g)].pop();
	const answers = rounds ? path.repeats?.[rounds[1]]?.[rounds[2] - 1] : path.answers;
	return answers?.[nameOf(node)];
}

const valueOf = (node) => {
	switch (node.nodeType) {
		case 'upload': return node.currentState.value?.name ?? '';
		case 'select': return node.currentState.value.join(' ');
		default: return node.getXPathValue();
	}
};
// same compares as numbers, places and lists of choices are compared.
const same = (a, b) => a === b || a.split(' ').sort().join(' ') === b.split(' ').sort().join(' ')
	|| (a !== '' && b !== '' && a.split(' ').length === b.split(' ').length && a.split(' ').every((x, i) => Number(x) === Number(b.split(' ')[i])));

function put(node, value) {
	if (node.nodeType === 'select') node.selectValues(value === '' ? [] : value.split(' '));
	else if (node.nodeType === 'upload') node.setValue(new File(['x'], value, { type: 'image/png' }));
	else node.setValue(value);
}

// fill answers what is relevant, until nothing changes any more.
function fill(root, path) {
	for (let round = 0, changed = true; changed && round < 12; round++) {
		changed = false;
		for (const node of walk(root)) {
			if (node.nodeType === 'repeat-range:uncontrolled') {
				const want = path.repeats?.[nameOf(node)]?.length ?? 0;
				while (node.currentState.children.length < want) { node.addInstances(); changed = true; }
				while (node.currentState.children.length > want) { node.removeInstances(0); changed = true; }
			}
			const value = given(node, path);
			if (value === undefined || !asked.has(node.nodeType) || !node.currentState.relevant || same(valueOf(node), value)) continue;
			put(node, value);
			changed = true;
		}
	}
}

function see(root, path) {
	const seen = { shown: [], required: 0, missing: [], against: [], unworded: [], other: [] };
	for (const node of walk(root)) {
		if (isMeta(node) || !node.currentState.relevant) continue;
		const value = given(node, path);
		if (value !== undefined && node.getXPathValue && !same(valueOf(node), value)) seen.other.push(`${nameOf(node)}: ${valueOf(node)}`);
		if (!asked.has(node.nodeType)) continue;
		const at = node.currentState.reference;
		seen.shown.push(at);
		if (node.currentState.required) seen.required++;
		const violation = node.validationState.violation?.condition;
		if (violation === 'required') seen.missing.push(at);
		if (violation === 'constraint') seen.against.push(at);
		if (!node.currentState.label?.asString.trim()) seen.unworded.push(at);
	}
	return seen;
}

const { forms, lists, paths } = JSON.parse(readFileSync(0, 'utf8'));
const fetchFormAttachment = async (url) => new Response(lists[url.href.split('/').pop()], { headers: { 'content-type': 'text/csv' } });
for (const id of Object.keys(forms)) {
	forms[id] = await loadForm(forms[id], { fetchFormAttachment });
	if (forms[id].status === 'failure') throw forms[id].error;
}

const all = [];
for (const path of paths) {
	const { root } = forms[path.form].createInstance({ preloadProperties: { deviceID: 'collect:engine', username: 'engine' } });
	root.setLanguage(root.languages.find((l) => l.language?.startsWith(path.language)));
	fill(root, path);
	all.push(see(root, path));
}
console.log(JSON.stringify(all));
