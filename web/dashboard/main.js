// The way back from the operators' dashboard to the console.
const link = Object.assign(document.createElement('a'), { href: '/console/', textContent: '走访督导台 · Doorstep console', id: 'doorstep-console' })
Object.assign(link.style, { position: 'fixed', left: '12px', bottom: '12px', zIndex: 50, padding: '6px 12px', borderRadius: '6px', background: '#16324f', color: '#fff', fontSize: '13px', textDecoration: 'none' })
document.body.append(link)
