/** Algorithms that several technologies share. */
package io.servicegroup.backend.common;
