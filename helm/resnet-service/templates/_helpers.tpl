{{- define "resnet.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 45 | trimSuffix "-" }}
{{- end }}

{{/* Short enough that "-worker-management" fits into a DNS label. */}}
{{- define "resnet.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" }}
{{- else if contains (include "resnet.name" .) .Release.Name }}
{{- .Release.Name | trunc 45 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "resnet.name" .) | trunc 45 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "resnet.selectorLabels" -}}
app.kubernetes.io/name: {{ include "resnet.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "resnet.labels" -}}
{{ include "resnet.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The roles that get pods of their own, as JSON: {"roles": […]} */}}
{{- define "resnet.roles" -}}
{{- if eq .Values.mode "split" -}}
{"roles": ["api", "worker"]}
{{- else -}}
{"roles": ["all"]}
{{- end }}
{{- end }}

{{/* The role of the pods that serve the API. */}}
{{- define "resnet.apiRole" -}}
{{- if eq .Values.mode "split" }}api{{ else }}all{{ end }}
{{- end }}

{{/* "true" where pods share the volume and the database. */}}
{{- define "resnet.shared" -}}
{{- if or (eq .Values.mode "split") (gt (int .Values.all.replicas) 1) }}true{{ end }}
{{- end }}

{{- define "resnet.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "resnet.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The image of a role's pods. Takes root and role. */}}
{{- define "resnet.image" -}}
{{- $v := .root.Values }}
{{- printf "%s:%s" $v.image.repository (default .root.Chart.AppVersion $v.image.tag) }}
{{- if and $v.gpu.enabled (ne .role "api") }}-cuda{{ end }}
{{- end }}

{{/* The secret with keys.yaml, or nothing. */}}
{{- define "resnet.keysSecret" -}}
{{- if .Values.security.existingKeysSecret }}
{{- .Values.security.existingKeysSecret }}
{{- else if .Values.security.keys }}
{{- printf "%s-keys" (include "resnet.fullname" .) }}
{{- end }}
{{- end }}

{{/* The names under which the services of this release are called: in the cluster, through the ingress, and the operator's own. */}}
{{- define "resnet.allowedHosts" -}}
{{- $names := list (include "resnet.fullname" .) }}
{{- range $role := (include "resnet.roles" . | fromJson).roles }}
{{- $names = append $names (printf "%s-%s-management" (include "resnet.fullname" $) $role) }}
{{- end }}
{{- $hosts := list }}
{{- range $name := $names }}
{{- $hosts = concat $hosts (list $name (printf "%s.%s" $name $.Release.Namespace) (printf "%s.%s.svc" $name $.Release.Namespace) (printf "%s.%s.svc.cluster.local" $name $.Release.Namespace)) }}
{{- end }}
{{- join "," (concat $hosts .Values.ingress.hosts (default list .Values.security.allowedHosts) | uniq) }}
{{- end }}

{{/*
The Service's port for gRPC, or nothing where it is off. After helm upgrade --reuse-values there may be no grpc: Helm then takes
the old release's values without the defaults that this chart has added.
*/}}
{{- define "resnet.grpcPort" -}}
{{- if (.Values.grpc).enabled }}{{ default 9090 (.Values.grpc).port }}{{ end }}
{{- end }}

{{- define "resnet.databaseSecret" -}}
{{- default (printf "%s-database" (include "resnet.fullname" .)) .Values.database.existingSecret }}
{{- end }}

{{- define "resnet.claim" -}}
{{- default (printf "%s-data" (include "resnet.fullname" .)) .Values.persistence.existingClaim }}
{{- end }}

{{/*
The longest shutdown: preStop; up to 2 * trainingWaitSeconds, since db-scheduler waits before and after it interrupts training
runs; 20 s for open requests (spring.lifecycle.timeout-per-shutdown-phase); 15 s for the JVM.
*/}}
{{- define "resnet.gracePeriod" -}}
{{- add .Values.shutdown.preStopSeconds (mul 2 .Values.shutdown.trainingWaitSeconds) 20 15 }}
{{- end }}

{{/* Pod security "restricted". */}}
{{- define "resnet.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
# Kubernetes then does not change the owner of every file at each start; there may be thousands of checkpoints.
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "resnet.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
