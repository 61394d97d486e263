package io.servicegroup.bus;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.ServiceSpec;

/**
 * A member that the agent of this process is to beat for, from now on.
 *
 * @param spec what was joined, with its probe
 * @param incarnation the life that the join began
 */
public record LocalMember(ServiceSpec spec, Incarnation incarnation) {}
