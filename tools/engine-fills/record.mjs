// Fills forms at random with ODK's own engine and records what it says of every node.
//
//   node record.mjs XFORMS FOLDER FILLS
//
// One file per form, NAME.jsonl.gz, one line per fill:
//   {"now": ISO time, "nodes": [[path, flags, value, given], …]}
// Flags: r relevant, q required, m required but missing, c constraint violated. value is null for groups and rounds;
// given is the answer that was put in where the engine shows another one.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { JSDOM } from 'jsdom';

const [xforms, folder, fills] = process.argv.slice(2);

const browser = new JSDOM('<!doctype html>', { url: 'http://localhost/' }).window;
for (const name of ['DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XMLDocument', 'XPathResult',
	'XPathEvaluator', 'XPathExpression', 'document', 'Text', 'Attr', 'Comment', 'CDATASection', 'CharacterData',
	'ProcessingInstruction', 'NodeFilter', 'HTMLElement']) {
	Object.defineProperty(globalThis, name, { value: browser[name], configurable: true, writable: true });
}
globalThis.window = browser;

// The engine's parser loads its WebAssembly by another way when it sees Node's process, and does not find it.
const { process: node } = globalThis;
delete globalThis.process;
const engine = await import('@getodk/xforms-engine');
globalThis.process = node;

// random is mulberry32: the same seed gives the same fills.
function random(seed) {
	return () => {
		seed = (seed + 0x6d2b79f5) | 0;
		let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const pick = (rand, list) => list[Math.floor(rand() * list.length)];
const numbers = ['', '0', '1', '2', '3', '5', '7', '12', '17', '18', '21', '60', '61', '130', '-1'];
const dates = ['', '1950-02-28', '1988-07-01', '2010-11-23', '2019-12-31', '2024-02-29', '2026-11-23', '2030-01-01'];
const times = ['', '06:30:00.000+08:00', '23:59:59.000+08:00'];
const moments = ['', '2020-05-01T10:00:00.000+08:00', '2031-01-01T00:00:00.000+08:00'];
const words = ['', 'a', 'Ann', 'xenon', '12', 'none', 'x y', '张三'];

// computed are the questions that the form itself answers when another answer changes: what was put in there may be gone.
const computed = (xml) => new Set([...xml.matchAll(/<setvalue [^>]*>/g)].filter(([tag]) => tag.includes('xforms-value-changed'))
	.map(([tag]) => /ref="([^"]+)"/.exec(tag)[1]));

// literals are the texts that the form compares with.
const literals = (xml) => [...new Set([...xml.matchAll(/'([^'<>&]{1,16})'/g)].map((m) => m[1]))];

function put(node, rand, pool) {
	switch (node.nodeType) {
		case 'select': {
			const options = node.currentState.valueOptions.map((o) => o.value);
			if (!options.length) return undefined;
			const first = () => (rand() < 0.35 ? options[0] : pick(rand, options));
			let chosen = rand() < 0.1 ? [] : [first()];
			if (node.selectType === 'select' && rand() < 0.5) chosen.push(pick(rand, options));
			chosen = options.filter((o) => chosen.includes(o));
			node.selectValues(chosen);
			return chosen.join(' ');
		}
		case 'rank': {
			const options = node.currentState.valueOptions.map((o) => o.value);
			options.sort(() => rand() - 0.5);
			node.setValues(options);
			return options.join(' ');
		}
		case 'trigger': {
			const yes = rand() < 0.5;
			node.setValue(yes);
			return yes ? 'OK' : '';
		}
		case 'range':
		case 'input': {
			const value = typed(node.valueType, rand, pool);
			if (value === undefined) return undefined;
			node.setValue(value === '' && node.valueType !== 'string' ? null : value);
			return value;
		}
	}
	return undefined;
}

function typed(type, rand, pool) {
	switch (type) {
		case 'int': return pick(rand, numbers);
		case 'decimal': return pick(rand, [...numbers, '0.25', '1.5', '9999.75']);
		case 'date': return pick(rand, dates);
		case 'time': return pick(rand, times);
		case 'dateTime': return pick(rand, moments);
		case 'string': return pick(rand, rand() < 0.5 ? words : pool);
	}
	return undefined;
}

function* walk(node) {
	for (const child of node.currentState.children ?? []) {
		yield child;
		yield* walk(child);
	}
}

const isMeta = (node) => /\/meta(\/|$)/.test(node.currentState.reference);
const isContainer = (node) => ['group', 'repeat-instance'].includes(node.nodeType);
const isRange = (node) => node.nodeType.startsWith('repeat-range');

function fill(root, rand, pool, own) {
	const given = new Map();
	for (let round = 0; round < 3; round++) {
		for (const node of walk(root)) {
			if (isMeta(node) || rand() < 0.3) continue;
			if (node.nodeType === 'repeat-range:uncontrolled') {
				const count = node.currentState.children.length;
				if (count < 3 && rand() < 0.6) node.addInstances();
				else if (count > 0 && rand() < 0.3) node.removeInstances(Math.floor(rand() * count));
			} else if (!isContainer(node) && !isRange(node) && !node.currentState.readonly) {
				const value = put(node, rand, pool);
				if (value !== undefined && !own.has(node.currentState.reference)) given.set(node.nodeId, value);
			}
		}
	}
	return given;
}

function see(root, given) {
	const nodes = [];
	for (const node of walk(root)) {
		if (isMeta(node) || isRange(node)) continue;
		const state = node.currentState;
		let flags = state.relevant ? 'r' : '';
		if (isContainer(node)) {
			nodes.push([state.reference, flags, null]);
			continue;
		}
		if (state.required) flags += 'q';
		const violation = node.validationState.violation?.condition;
		if (violation === 'required') flags += 'm';
		if (violation === 'constraint') flags += 'c';
		const value = node.getXPathValue();
		const put = given.get(node.nodeId);
		nodes.push(put === undefined || put === value ? [state.reference, flags, value] : [state.reference, flags, value, put]);
	}
	return nodes;
}

// Files that forms ask for are lists without entries.
const empty = async () => new Response('name,label,__version\n', { headers: { 'content-type': 'text/csv' } });

for (const file of readdirSync(xforms).filter((f) => f.endsWith('.xml')).sort()) {
	const xml = readFileSync(join(xforms, file), 'utf8');
	const form = await engine.loadForm(xml, { fetchFormAttachment: empty });
	if (form.status === 'failure') throw form.error;
	const pool = literals(xml), own = computed(xml);
	const lines = [];
	for (let i = 0; i < Number(fills); i++) {
		const { root } = form.createInstance({ preloadProperties: { deviceID: 'd:1', username: 'w1' } });
		const given = fill(root, random(i + 1), pool, own);
		lines.push(JSON.stringify({ now: new Date().toISOString(), nodes: see(root, given) }));
	}
	const name = basename(file, '.xml');
	writeFileSync(join(folder, `${name}.jsonl.gz`), gzipSync(lines.join('\n') + '\n', { level: 9 }));
	console.log(name, lines.length);
}
