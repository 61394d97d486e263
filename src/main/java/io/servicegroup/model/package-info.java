/**
 * The values that messages, stores and verdicts consist of: members, beats, absences, statuses.
 * They are immutable and know neither Vert.x nor any other package of this project.
 */
package io.servicegroup.model;
