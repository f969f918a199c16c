package dev.resnet.data.cifar;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.data.Dataset;
import dev.resnet.data.ImageSet;
import dev.resnet.pictures.ImageShape;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads CIFAR-10's binary version: five files of training records and one of test records.
 *
 * <p>A record is a label byte, 0 to 9, then the red, the green and the blue plane of 32×32 bytes
 * each. The official files hold 10,000 records. Fewer are accepted, so that a trial can work on a
 * part, but they have to be whole, and none of the six files may be missing. Format: Krizhevsky, <a
 * href="https://www.cs.toronto.edu/~kriz/cifar.html">The CIFAR-10 data set</a>.
 */
final class Cifar10Reader {
  static final int RECORD = 1 + ImageShape.CIFAR.values();
  static final int MOST_RECORDS = 10_000;
  static final long LARGEST_FILE = (long) RECORD * MOST_RECORDS;

  /** The class names in the order of the labels, where no file says otherwise. */
  static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private static final Logger LOG = LoggerFactory.getLogger(Cifar10Reader.class);

  /** Ten names in far more than they take. */
  private static final int LONGEST_CLASS_NAMES = 4096;

  private final Cifar10Files files;
  private final Map<String, Integer> counts;
  private final ImageSet train;
  private final ImageSet test;
  private List<String> classes = CLASSES;

  private Cifar10Reader(Cifar10Files files) throws IOException {
    this.files = files;
    this.counts = counts(files);
    this.train = ImageSet.empty(ImageShape.CIFAR, trainCount(counts));
    this.test = ImageSet.empty(ImageShape.CIFAR, testCount(counts));
  }

  /**
   * Reads everything.
   *
   * @throws DamagedDatasetException naming the file and, counted from 0, the record
   */
  static Dataset read(Cifar10Files files) throws IOException {
    var reader = new Cifar10Reader(files);
    files.forEach(reader::readFile);
    return Dataset.of(Cifar10Source.NAME, reader.classes, reader.train, reader.test);
  }

  /**
   * The number of records of each file, from the sizes alone.
   *
   * @throws DamagedDatasetException where a file is missing or its size is no whole number of
   *     records
   */
  static Map<String, Integer> counts(Cifar10Files files) throws IOException {
    Map<String, Long> sizes = files.sizes();
    List<String> missing =
        Cifar10Files.BATCHES.stream().filter(file -> !sizes.containsKey(file)).toList();
    if (!missing.isEmpty()) {
      throw new DamagedDatasetException(
          "%s %s missing"
              .formatted(
                  String.join(", ", missing.stream().map(files::place).toList()),
                  missing.size() == 1 ? "is" : "are"));
    }
    Map<String, Integer> counts = new HashMap<>();
    for (String file : Cifar10Files.BATCHES) {
      counts.put(file, count(files.place(file), sizes.get(file)));
    }
    return counts;
  }

  static int trainCount(Map<String, Integer> counts) {
    return Cifar10Files.TRAIN.stream().mapToInt(counts::get).sum();
  }

  static int testCount(Map<String, Integer> counts) {
    return counts.get(Cifar10Files.TEST);
  }

  private static int count(String place, long size) throws DamagedDatasetException {
    if (size == 0) {
      throw new DamagedDatasetException(place + " is empty");
    }
    if (size > LARGEST_FILE) {
      throw new DamagedDatasetException(
          "%s has %,d bytes, but a file holds at most %,d records of %,d bytes"
              .formatted(place, size, MOST_RECORDS, RECORD));
    }
    int count = (int) (size / RECORD);
    if (size % RECORD != 0) {
      throw cutShort(place, count, size % RECORD);
    }
    return count;
  }

  private void readFile(String file, InputStream content) throws IOException {
    if (Thread.interrupted()) {
      throw new InterruptedIOException("reading CIFAR-10 was interrupted");
    }
    if (file.equals(Cifar10Files.CLASS_NAMES)) {
      classes = classNames(content);
    } else if (file.equals(Cifar10Files.TEST)) {
      readRecords(file, content, test, 0);
    } else {
      readRecords(file, content, train, firstOf(file));
    }
  }

  /** The files of an archive may come in any order; their images keep the official one. */
  private int firstOf(String trainFile) {
    return Cifar10Files.TRAIN.stream()
        .takeWhile(file -> !file.equals(trainFile))
        .mapToInt(counts::get)
        .sum();
  }

  private void readRecords(String file, InputStream content, ImageSet into, int first)
      throws IOException {
    String place = files.place(file);
    int count = counts.get(file);
    if (count != MOST_RECORDS) {
      LOG.warn("{} holds {} records; the official file has {}", place, count, MOST_RECORDS);
    }
    var in = new BufferedInputStream(content, RECORD * 16);
    byte[] planes = new byte[RECORD - 1];
    for (int record = 0; record < count; record++) {
      int label = in.read();
      if (label >= CLASSES.size()) {
        throw new DamagedDatasetException(
            "%s, record %d: the label is %d, but CIFAR-10 has the labels 0 to 9"
                .formatted(place, record, label));
      }
      int image = first + record;
      int read = in.readNBytes(planes, 0, planes.length);
      if (label < 0 || read < planes.length) {
        throw cutShort(place, record, label < 0 ? 0 : 1 + read);
      }
      into.labels()[image] = (byte) label;
      interleave(planes, into.pixels(), image * planes.length);
    }
  }

  /** From the record's red, green and blue planes to pixels. */
  private static void interleave(byte[] planes, byte[] pixels, int to) {
    int plane = planes.length / ImageShape.CHANNELS;
    for (int c = 0; c < ImageShape.CHANNELS; c++) {
      for (int p = 0; p < plane; p++) {
        pixels[to + ImageShape.CHANNELS * p + c] = planes[c * plane + p];
      }
    }
  }

  private List<String> classNames(InputStream content) throws IOException {
    String text = new String(content.readNBytes(LONGEST_CLASS_NAMES), StandardCharsets.US_ASCII);
    List<String> names = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (names.size() != CLASSES.size() || names.stream().distinct().count() != names.size()) {
      throw new DamagedDatasetException(
          "%s has %d different class names, but CIFAR-10 has %d classes"
              .formatted(
                  files.place(Cifar10Files.CLASS_NAMES),
                  names.stream().distinct().count(),
                  CLASSES.size()));
    }
    return names;
  }

  private static DamagedDatasetException cutShort(String place, int record, long bytes) {
    return new DamagedDatasetException(
        "%s, record %d is cut short: it has %,d of %,d bytes"
            .formatted(place, record, bytes, RECORD));
  }
}
