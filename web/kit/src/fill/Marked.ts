// A text of a form with its Markdown. HTML that stands in it is shown as it is written.
import { h, type VNodeChild } from 'vue'

interface Part { role: string; elementName?: string; value?: string; unsafeHtml?: string; children?: Part[] }

const kept = new Set(['br', 'em', 'strong', 'u', 'ul', 'ol', 'li', 'p', 'span', 'div'])
function draw(p: Part): VNodeChild {
  if (p.role === 'child') return p.value
  if (p.role === 'html') return p.unsafeHtml
  const name = kept.has(p.elementName ?? '') ? p.elementName! : /^h\d$/.test(p.elementName ?? '') ? 'strong' : 'span'
  return h(name, p.children?.map(draw))
}

/** Marked draws a text; a single paragraph of it without a paragraph, so that it may stand in a label. */
export default function Marked(props: { text: { formatted: readonly unknown[]; asString: string } | null }): VNodeChild {
  const parts = (props.text?.formatted ?? []) as Part[]
  const [only] = parts
  return h('span', (parts.length === 1 && only?.elementName === 'p' ? only.children ?? [] : parts).map(draw))
}
Marked.props = ['text']
