package io.servicegroup.model;

import java.time.Instant;

/**
 * Service data that a catalogue lost which keeps nothing for certain.
 *
 * @param since when it was noticed, by this process's wall clock
 * @param members how many members it is, as far as this agent follows them
 * @param missing how many of them nobody restored yet; 0 where it is over
 */
public record CatalogLoss(Instant since, int members, int missing) {}
