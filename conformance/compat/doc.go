// Package compat decides whether one JSON Schema is within another: whether
// whoever relied on the old one can go on with the new one. It never reads the
// network or the disk.
//
// # Method
//
// That a is within b means that no instance is both accepted by a and refused by
// b. Both schemas are taken apart into literals, one for each thing that a
// keyword asks for, and the question becomes whether "a and not b" can be
// satisfied. A tableau answers it: it chooses a type, splits what is a choice
// (anyOf, oneOf, if, a negated schema) and looks for a contradiction in each
// branch, by interval, count or finite enumeration, and within members and items
// by the same question again. Every branch closed is a proof of compatibility.
// A branch that stays open gives an instance, which counts only when
// conformance/schema has judged it by both schemas. Otherwise the answer is
// that none is known.
//
// References are followed by resolving them once, so that a recursive schema is
// a graph; parts that no instance can tell apart by structure become one. A
// question met again beneath itself is about a smaller instance, so it may be
// taken as answered: an instance is finite.
//
// # What is not decided
//
//   - format is an annotation that validators need not assert: where only a new
//     format could refuse an instance, the verdict is Unknown. That one known
//     format is within another (uri within iri) is used.
//   - $dynamicRef, $recursiveRef and references that leave the document compare
//     as equal or unknown. Nothing is fetched.
//   - unevaluatedProperties and unevaluatedItems are exact where allOf and $ref
//     alone decide what is evaluated, and otherwise compare as equal or unknown.
//   - patterns are exact where they are equal, spell finitely many strings, or
//     differ by an example; what else they may hold is unknown.
//   - contentEncoding, contentMediaType and contentSchema are annotations; like
//     words for people they make no difference here.
//   - effort is bounded; beyond it the verdict is Unknown.
package compat
