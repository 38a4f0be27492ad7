import { Html } from "./html.ts";

/** Of the page; its hash is in the page's Content-Security-Policy. */
export const STYLE = new Html(`
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; grid-template-columns: 17rem 1fr; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 0 1rem; border-right: 1px solid #8884; }
nav ul { margin: 0; padding-left: 1rem; list-style: none; font-size: 13px; }
nav h1 { font-size: 1.2rem; } nav h2 { font-size: 1rem; margin: .8rem 0 0; }
main { padding: 1rem 2rem 4rem; max-width: 70rem; min-width: 0; }
section { border-top: 1px solid #8884; padding-bottom: 1rem; }
h3 { overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: 1rem; }
.get { color: #2a7; } .post { color: #27c; } .put, .patch { color: #b70; } .delete { color: #c33; }
.note, small { opacity: .7; font-size: 13px; }
table { border-collapse: collapse; margin: .5rem 0; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem; border-bottom: 1px solid #8883; overflow-wrap: anywhere; }
code, pre { font: 13px/1.4 ui-monospace, monospace; }
pre { background: #8881; padding: .6rem; overflow: auto; white-space: pre-wrap; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
`);
