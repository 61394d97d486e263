package io.servicegroup.model;

import java.time.Instant;

/**
 * A loss of members in a catalogue whose store does not keep data for certain, such as memcached.
 *
 * @param since when the loss was noticed, by this process's wall clock
 * @param members the number of lost members among those that this agent follows
 * @param missing the number of them that were not restored yet; 0 where the loss is over
 */
public record CatalogLoss(Instant since, int members, int missing) {}
