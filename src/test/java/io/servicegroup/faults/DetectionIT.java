package io.servicegroup.faults;

/** PostgreSQL as catalogue and backend. */
class DetectionIT extends DetectionContract {

  DetectionIT() {
    super(Technology.POSTGRESQL);
  }
}
