/** The parts of OpenStack tooz's layout that several backends share. */
package io.servicegroup.backend.tooz;
