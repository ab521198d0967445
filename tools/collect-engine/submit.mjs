// Fills in a form of a running Doorstep with ODK's own form engine and submits it, as an ODK app would.
//
//   node submit.mjs SERVER_URL FORM_ID ANSWERS.json
//
// SERVER_URL is a project address with a token in it. ANSWERS maps paths to values, in the order in which to give them;
// {"/data/children": 2} adds rounds to a repeat. The last line printed is JSON: the status, the server's message and the
// XML that the engine made.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadForm, walk } from './engine.mjs';

const [server, formID, answersFile] = process.argv.slice(2);
const answers = Object.entries(JSON.parse(readFileSync(answersFile, 'utf8')));

const fail = (message) => { throw new Error(message); };

async function get(url) {
	const response = await fetch(url, { headers: { 'X-OpenRosa-Version': '1.0' } });
	if (response.status !== 200 || response.headers.get('X-OpenRosa-Version') !== '1.0') fail(`${url}: ${response.status}`);
	return response;
}

const tags = (xml, name) => [...new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagName(name)];
const text = (element, name) => element.getElementsByTagName(name)[0]?.textContent;

const listed = tags(await (await get(`${server}/formList`)).text(), 'xform').find((f) => text(f, 'formID') === formID)
	?? fail(`${formID} is not listed`);
const bytes = Buffer.from(await (await get(text(listed, 'downloadUrl'))).arrayBuffer());
const hash = `md5:${createHash('md5').update(bytes).digest('hex')}`;
if (hash !== text(listed, 'hash')) fail(`the form's hash is ${hash}, listed as ${text(listed, 'hash')}`);

const media = new Map();
for (const file of tags(await (await get(text(listed, 'manifestUrl'))).text(), 'mediaFile')) {
	media.set(text(file, 'filename'), text(file, 'downloadUrl'));
}
const fetchFormAttachment = async (url) => {
	const name = url.href.split('/').pop();
	return get(media.get(name) ?? fail(`${name} is not in the manifest`));
};

const form = await loadForm(bytes.toString('utf8'), { fetchFormAttachment });
if (form.status === 'failure') throw form.error;
const { root } = form.createInstance({ preloadProperties: { deviceID: 'collect:engine', username: 'engine' } });

for (const [path, value] of answers) {
	const found = [...walk(root)].find((n) => n.currentState.reference === path && (typeof value !== 'number' || n.nodeType.startsWith('repeat-range')))
		?? [...walk(root)].find((n) => n.currentState.reference === path) ?? fail(`no ${path} in the form`);
	if (found.nodeType === 'repeat-range:uncontrolled') {
		while (found.currentState.children.length < value) found.addInstances();
	} else if (found.nodeType === 'select') {
		found.selectValues(String(value).split(' '));
	} else {
		found.setValue(String(value));
	}
}

const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' });
const [data] = payload.data;
const head = await fetch(`${server}/submission`, { method: 'HEAD' });
if (head.status !== 204) fail(`HEAD: ${head.status}`);
const body = new FormData();
for (const [name, value] of data.entries()) body.append(name, value, value.name ?? name);
const response = await fetch(`${server}/submission`, { method: 'POST', body, headers: { 'X-OpenRosa-Version': '1.0' } });
const [message] = tags(await response.text(), 'message');
const xml = await data.get('xml_submission_file').text();
console.log(JSON.stringify({ status: response.status, payload: payload.status, message: message?.textContent, xml }));
