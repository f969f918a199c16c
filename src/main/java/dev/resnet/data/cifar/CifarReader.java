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
 * Reads the binary version of a CIFAR data set. Files may have fewer records than the official
 * ones, so that a trial can use a subset, but the records have to be complete, and no record file
 * may be missing.
 */
final class CifarReader {
  private static final Logger LOG = LoggerFactory.getLogger(CifarReader.class);

  /** Bytes; a hundred names take far less. */
  private static final int LONGEST_CLASS_NAMES = 16_384;

  private final CifarFiles files;
  private final CifarFormat format;
  private final Map<String, Integer> counts;
  private final ImageSet train;
  private final ImageSet test;
  private List<String> classes;

  private CifarReader(CifarFiles files) throws IOException {
    this.files = files;
    this.format = files.format();
    this.classes = format.classes();
    this.counts = counts(files);
    this.train = ImageSet.empty(ImageShape.CIFAR, trainCount(format, counts));
    this.test = ImageSet.empty(ImageShape.CIFAR, testCount(format, counts));
  }

  /**
   * Reads everything.
   *
   * @throws DamagedDatasetException with the file and the record, counted from 0
   */
  static Dataset read(CifarFiles files) throws IOException {
    var reader = new CifarReader(files);
    files.forEach(reader::readFile);
    return Dataset.of(reader.format.dataset(), reader.classes, reader.train, reader.test);
  }

  /**
   * The number of records of each file, from the file sizes alone.
   *
   * @throws DamagedDatasetException if a file is missing or its size is not a multiple of the
   *     record size
   */
  static Map<String, Integer> counts(CifarFiles files) throws IOException {
    Map<String, Long> sizes = files.sizes();
    List<String> missing =
        files.format().records().stream().filter(file -> !sizes.containsKey(file)).toList();
    if (!missing.isEmpty()) {
      throw new DamagedDatasetException(
          "%s %s missing"
              .formatted(
                  String.join(", ", missing.stream().map(files::place).toList()),
                  missing.size() == 1 ? "is" : "are"));
    }
    Map<String, Integer> counts = new HashMap<>();
    for (String file : files.format().records()) {
      counts.put(file, count(files, file, sizes.get(file)));
    }
    return counts;
  }

  static int trainCount(CifarFormat format, Map<String, Integer> counts) {
    return format.train().stream().mapToInt(counts::get).sum();
  }

  static int testCount(CifarFormat format, Map<String, Integer> counts) {
    return counts.get(format.test());
  }

  private static int count(CifarFiles files, String file, long size)
      throws DamagedDatasetException {
    String place = files.place(file);
    int record = files.format().record();
    int most = files.format().mostRecords(file);
    if (size == 0) {
      throw new DamagedDatasetException(place + " is empty");
    }
    if (size > (long) record * most) {
      throw new DamagedDatasetException(
          "%s has %,d bytes, but a file holds at most %,d records of %,d bytes"
              .formatted(place, size, most, record));
    }
    int count = (int) (size / record);
    if (size % record != 0) {
      throw cutShort(place, count, size % record, record);
    }
    return count;
  }

  private void readFile(String file, InputStream content) throws IOException {
    if (Thread.interrupted()) {
      throw new InterruptedIOException("reading %s was interrupted".formatted(format.title()));
    }
    if (file.equals(format.classNames())) {
      classes = classNames(content);
    } else if (file.equals(format.test())) {
      readRecords(file, content, test, 0);
    } else {
      readRecords(file, content, train, firstOf(file));
    }
  }

  /** The files of an archive may come in any order; their images keep the official order. */
  private int firstOf(String trainFile) {
    return format.train().stream()
        .takeWhile(file -> !file.equals(trainFile))
        .mapToInt(counts::get)
        .sum();
  }

  private void readRecords(String file, InputStream content, ImageSet into, int first)
      throws IOException {
    String place = files.place(file);
    int count = counts.get(file);
    int official = format.mostRecords(file);
    if (count != official) {
      LOG.warn("{} holds {} records; the official file has {}", place, count, official);
    }
    var in = new BufferedInputStream(content, format.record() * 16);
    byte[] labels = new byte[format.labelBytes()];
    byte[] planes = new byte[ImageShape.CIFAR.values()];
    for (int record = 0; record < count; record++) {
      int read = in.readNBytes(labels, 0, labels.length);
      int label = labels[labels.length - 1] & 0xff;
      if (read == labels.length && label >= format.classes().size()) {
        throw new DamagedDatasetException(
            "%s, record %d: the label is %d, but %s has the labels 0 to %d"
                .formatted(place, record, label, format.title(), format.classes().size() - 1));
      }
      int image = first + record;
      read += in.readNBytes(planes, 0, planes.length);
      if (read < format.record()) {
        throw cutShort(place, record, read, format.record());
      }
      into.labels()[image] = (short) label;
      interleave(planes, into.pixels(), image * planes.length);
    }
  }

  /** Converts the red, green and blue planes of a record to pixels. */
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
    if (names.size() != format.classes().size()
        || names.stream().distinct().count() != names.size()) {
      throw new DamagedDatasetException(
          "%s has %d different class names, but %s has %d classes"
              .formatted(
                  files.place(format.classNames()),
                  names.stream().distinct().count(),
                  format.title(),
                  format.classes().size()));
    }
    return names;
  }

  private static DamagedDatasetException cutShort(String place, int record, long bytes, int whole) {
    return new DamagedDatasetException(
        "%s, record %d is cut short: it has %,d of %,d bytes"
            .formatted(place, record, bytes, whole));
  }
}
