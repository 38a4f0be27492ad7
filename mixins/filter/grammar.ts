/** AIP-160's grammar without functions and bare words, for peggy. OR binds tighter than AND, as there. */
export const GRAMMAR = String.raw`
{{
  const joined = (op, of) => (of.length === 1 ? of[0] : { op, of });
  const unescaped = (text) => text.replace(/\\(.)/gs, "$1");
}}

Filter = _ all:All? _ { return all ?? { op: "and", of: [] } }

All = first:Sequence rest:(__ "AND" After next:Sequence { return next })* { return joined("and", [first, ...rest]) }

Sequence = first:Any rest:(__ next:Any { return next })* { return joined("and", [first, ...rest]) }

Any = first:Term rest:(__ "OR" After next:Term { return next })* { return joined("or", [first, ...rest]) }

Term
  = "NOT" After of:Simple { return { op: "not", of } }
  / "-" of:Simple { return { op: "not", of } }
  / Simple

Simple
  = "(" _ all:All _ ")" { return all }
  / path:Field _ op:Comparator _ value:Value { return { op, path, value } }

Field "a field" = first:First rest:("." segment:Segment { return segment })* { return [first, ...rest] }

First = Text / !Keyword @$([A-Za-z_] [A-Za-z0-9_-]*)

Segment = Text / $[A-Za-z0-9_-]+

Comparator "a comparison" = "<=" / ">=" / "!=" / "=" / "<" / ">" / ":"

Value "a value"
  = text:Text { return { text, quoted: true } }
  / !Keyword text:$([^ \t\r\n()"',<>=!:] [^ \t\r\n()"',<>=!]*) { return { text, quoted: false } }

Text
  = '"' text:$([^"\\] / "\\" .)* '"' { return unescaped(text) }
  / "'" text:$([^'\\] / "\\" .)* "'" { return unescaped(text) }

Keyword = ("AND" / "OR" / "NOT") ![A-Za-z0-9_.:-]

After = __ / &"("

_ "space" = [ \t\r\n]*
__ "space" = [ \t\r\n]+
`;
