package dev.resnet.data.cifar;

import dev.resnet.pictures.ImageShape;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/**
 * The binary versions of the two CIFAR data sets.
 *
 * <p>A record is the label bytes, then the red, the green and the blue plane of 32×32 bytes each.
 * CIFAR-10 has one label byte. CIFAR-100 has two: first a group of five classes, then the class
 * (the fine label). Source: Krizhevsky, <a href="https://www.cs.toronto.edu/~kriz/cifar.html">The
 * CIFAR-10 and CIFAR-100 data sets</a>.
 */
enum CifarFormat {
  CIFAR_10(
      "cifar10",
      "CIFAR-10",
      "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
      "cifar-10-batches-bin",
      List.of(
          "data_batch_1.bin",
          "data_batch_2.bin",
          "data_batch_3.bin",
          "data_batch_4.bin",
          "data_batch_5.bin"),
      "test_batch.bin",
      "batches.meta.txt",
      1,
      10_000,
      "airplane automobile bird cat deer dog frog horse ship truck"),

  CIFAR_100(
      "cifar100",
      "CIFAR-100",
      "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
      "cifar-100-binary",
      List.of("train.bin"),
      "test.bin",
      "fine_label_names.txt",
      2,
      50_000,
      """
      apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
      butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch
      crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo
      keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse
      mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy
      porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper
      snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television
      tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm""");

  /** Records in the official test file. */
  static final int MOST_TEST_RECORDS = 10_000;

  private final String dataset;
  private final String title;
  private final URI official;
  private final String folder;
  private final List<String> train;
  private final String test;
  private final String classNames;
  private final int labelBytes;
  private final int mostTrainRecords;
  private final List<String> classes;

  CifarFormat(
      String dataset,
      String title,
      String official,
      String folder,
      List<String> train,
      String test,
      String classNames,
      int labelBytes,
      int mostTrainRecords,
      String classes) {
    this.dataset = dataset;
    this.title = title;
    this.official = URI.create(official);
    this.folder = folder;
    this.train = train;
    this.test = test;
    this.classNames = classNames;
    this.labelBytes = labelBytes;
    this.mostTrainRecords = mostTrainRecords;
    this.classes = List.of(classes.split("\\s+"));
  }

  /** The name in the API. */
  String dataset() {
    return dataset;
  }

  /** The name in messages: {@code CIFAR-10}. */
  String title() {
    return title;
  }

  /** The address that the authors of the data set publish. */
  URI official() {
    return official;
  }

  /** The file name of the official archive. */
  String archive() {
    return official.getPath().substring(official.getPath().lastIndexOf('/') + 1);
  }

  /** The folder that the official archive unpacks to. */
  String folder() {
    return folder;
  }

  /** The files with training records, in order. */
  List<String> train() {
    return train;
  }

  /** The file with test records. */
  String test() {
    return test;
  }

  /** All record files, training before test. */
  List<String> records() {
    return Stream.concat(train.stream(), Stream.of(test)).toList();
  }

  /** The file with the class names, one per line; optional. */
  String classNames() {
    return classNames;
  }

  /** Label bytes before the pixels of a record; the last one is the class. */
  int labelBytes() {
    return labelBytes;
  }

  /** Size of a record in bytes. */
  int record() {
    return labelBytes + ImageShape.CIFAR.values();
  }

  /** Records in the official file; no file may have more. */
  int mostRecords(String file) {
    return file.equals(test) ? MOST_TEST_RECORDS : mostTrainRecords;
  }

  /** Size of the largest official file in bytes. */
  long largestFile() {
    return (long) record() * Math.max(mostTrainRecords, MOST_TEST_RECORDS);
  }

  /** Size of all official files together in bytes. */
  long size() {
    return records().stream().mapToLong(file -> (long) record() * mostRecords(file)).sum();
  }

  /** The class names by label, used if no file has them. */
  List<String> classes() {
    return classes;
  }

  /** The prefix of its settings. */
  String settings() {
    return "resnet.datasets." + dataset;
  }
}
