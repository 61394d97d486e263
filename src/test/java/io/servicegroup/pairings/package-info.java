/** Every pairing of a catalogue and a liveness backend, walked from end to end. */
package io.servicegroup.pairings;
