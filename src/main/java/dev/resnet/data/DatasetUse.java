package dev.resnet.data;

import java.util.List;

/** Tells which uploaded data sets are needed. Jobs implement it, since this package knows none. */
public interface DatasetUse {

  /**
   * Who needs the data set and must be able to load it again. Called in the transaction that
   * deletes versions.
   */
  List<User> of(String dataset);

  /**
   * One job.
   *
   * @param name as messages show it: {@code job 3f2a…}
   * @param version SHA-256 of the version that it needs
   */
  record User(String name, String version) {}
}
