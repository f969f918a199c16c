# docker build -t resnet-service:0.1.0 .                                 for CPUs
# docker build -t resnet-service:0.1.0-cuda --build-arg BACKEND=cuda .   for NVIDIA GPUs; the host needs only the driver
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-17
ARG RUNTIME_IMAGE=eclipse-temurin:17-jre

FROM ${BUILD_IMAGE} AS build
ARG BACKEND=cpu
WORKDIR /build
RUN case "$BACKEND" in cpu|cuda) ;; *) echo "BACKEND is cpu or cuda, not '$BACKEND'" >&2; exit 1;; esac

# Download the libraries first: Docker reuses this layer until pom.xml changes, even when the sources change.
COPY pom.xml .
# Without a file to compile, protoc would not be downloaded.
COPY src/main/proto src/main/proto
RUN mvn -B -ntp -q $([ "$BACKEND" = cpu ] || echo -Pcuda) package \
      -Dmaven.test.skip=true -Dspotless.check.skip=true -Dspring-boot.repackage.skip=true \
 && rm -rf target

# mvn verify checks tests and formatting before the image is built; they are skipped here. In a Git worktree .git is a file
# that points outside the build context, so it is removed, and the image then names no commit.
COPY . .
RUN [ -d .git ] || rm -f .git; \
    mvn -B -ntp -q -o $([ "$BACKEND" = cpu ] || echo -Pcuda) package \
      -Dmaven.test.skip=true -Dspotless.check.skip=true \
 && mv target/resnet-service-*.jar resnet-service.jar \
 && java -Djarmode=tools -jar resnet-service.jar extract --layers --destination layers

# Move the native libraries from their jars into one folder. Nothing is unpacked at start, so JavaCPP needs no writable cache.
# Several jars contain the OpenMP runtime; the jar of oneDNN has the newest one and is unpacked last, so that it stays.
# JNA's own library is needed only for a GPU. Java can't load it from /tmp, which Docker mounts noexec.
# JavaCPP gives OpenBLAS a second name in its cache; the link provides that name.
RUN mkdir natives jars \
 && mv $(find layers/dependencies/lib -name '*-linux-*.jar') jars/ \
 && for jar in $(ls jars/*.jar | grep -v /dnnl-) jars/dnnl-*.jar; do \
      mkdir unpacked && (cd unpacked && jar -xf "../$jar") \
      && find unpacked -name '*.so*' -type f -exec mv -t natives {} + \
      && rm -rf unpacked "$jar" || exit 1; \
    done \
 && (cd natives && jar -xf ../layers/dependencies/lib/jna-[0-9]*.jar "com/sun/jna/linux-$(uname -m | tr _ -)/libjnidispatch.so" \
      && mv com/sun/jna/*/libjnidispatch.so . && rm -r com) \
 && chmod 644 natives/* \
 && ln -s libopenblas.so.0 natives/libopenblas_nolapack.so.0 \
 && mkdir data

FROM ${RUNTIME_IMAGE}
ARG BACKEND=cpu
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="resnet-service" \
      org.opencontainers.image.description="Trains residual networks on 32x32 images and serves them, over REST (${BACKEND})." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /opt/resnet

# Layers that change rarely come first.
COPY --from=build /build/natives/ natives/
COPY --from=build /build/layers/dependencies/ ./
COPY docker/health bin/health
COPY --from=build --chown=10001:10001 /build/data/ /data/
COPY --from=build /build/layers/spring-boot-loader/ ./
COPY --from=build /build/layers/snapshot-dependencies/ ./
COPY --from=build /build/layers/application/ ./

# NVIDIA_*: tell the NVIDIA Container Toolkit which devices and driver features to provide. Ignored without the toolkit.
ENV RESNET_HOME=/data \
    MANAGEMENT_SERVER_PORT=8081 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 10001:10001
VOLUME /data
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["/opt/resnet/bin/health"]

# The Java heap may use a quarter of the container's memory. Activations lie outside the heap. JavaCPP lets the whole process
# grow to four times the heap, which is all of the container's memory. JAVA_TOOL_OPTIONS is not set here: it is free for use.
ENTRYPOINT ["java", \
  "-XX:MaxRAMPercentage=25", \
  "-XX:+ExitOnOutOfMemoryError", \
  "-Djava.library.path=/opt/resnet/natives", \
  "-Djna.boot.library.path=/opt/resnet/natives", \
  "-Dorg.bytedeco.javacpp.pathsFirst=true", \
  "-Dorg.bytedeco.javacpp.cacheLibraries=false", \
  "-jar", "resnet-service.jar"]
