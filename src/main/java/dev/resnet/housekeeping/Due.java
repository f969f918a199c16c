package dev.resnet.housekeeping;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be deleted now. Something that can't be looked at does not keep the rest. */
final class Due {
  private static final Logger LOG = LoggerFactory.getLogger(Due.class);

  private final List<Candidate> candidates = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  /** Measures the files of a candidate. */
  @FunctionalInterface
  interface Size {
    long bytes() throws IOException;
  }

  /** Finds candidates of one kind. */
  @FunctionalInterface
  interface Search {
    void run() throws IOException;
  }

  void add(Kind kind, String name, Size size, Candidate.Deletion deletion) {
    try {
      candidates.add(new Candidate(kind, name, size.bytes(), deletion));
    } catch (IOException e) {
      failed(kind.wireName() + " " + name, e);
    }
  }

  void search(Kind kind, Search search) {
    try {
      search.run();
    } catch (IOException e) {
      failed("Everything of the kind " + kind.wireName(), e);
    }
  }

  private void failed(String what, IOException e) {
    LOG.warn("{} can't be looked at", what, e);
    failures.add("%s: %s".formatted(what, e));
  }

  List<Candidate> candidates() {
    return List.copyOf(candidates);
  }

  /** What could not be looked at, and why; the next run tries again. */
  List<String> failures() {
    return List.copyOf(failures);
  }
}
