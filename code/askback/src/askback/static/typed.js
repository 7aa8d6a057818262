// The front end of exercises that are typed, for notebooks, which take one module: ask.js, and what reads the answers.
import "./numbers.js";

export { default } from "./ask.js";
