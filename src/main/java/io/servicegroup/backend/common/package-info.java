/** What several technologies share, each once. */
package io.servicegroup.backend.common;
