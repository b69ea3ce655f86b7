// Where the files are that the package fetches. An entry says so, for it alone knows where it is.

let places = {};

/** Says where files are: addresses by name. */
export function setPlaces(given) {
  places = given;
}

/** All that is known, for a Worker, which is told. */
export const allPlaces = () => places;

/** The address of a file, if the entry has such a file. */
export const placeOf = (name) => places[name];
