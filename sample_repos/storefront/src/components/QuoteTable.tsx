 1 | import type { Quote } from "../checkout.ts";
 2 | import { price } from "../format.js";
 3 | import { h } from "../h.js";
 4 | 
 5 | type Row = readonly [label: string, cents: number];
 6 | 
 7 | function rows(quote: Quote): Row[] {
 8 |   return [
 9 |     ["Pieces", quote.subtotal],
10 |     ["Discount", -quote.discount],
11 |     ["Postage", quote.postage],
12 |   ];
13 | }
14 | 
15 | export function QuoteTable({ quote }: { quote: Quote }) {
16 |   return (
17 |     <table>
18 |       <tbody>
19 |         {rows(quote).map(([label, cents]) => (
20 |           <tr>
21 |             <th>{label}</th>
22 |             <td>{price(cents)}</td>
23 |           </tr>
24 |         ))}
25 |       </tbody>
26 |     </table>
27 |   );
28 | }
