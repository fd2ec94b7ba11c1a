# What workers run as: reads the inputs, writes the dataset, pulls the image.
resource "google_service_account" "worker" {
  account_id   = "newsbeam-worker"
  display_name = "newsbeam: workers on Dataflow"
}

resource "google_project_iam_member" "worker_runs" {
  project = var.project
  role    = "roles/dataflow.worker"
  member  = google_service_account.worker.member
}

resource "google_storage_bucket_iam_member" "worker_writes" {
  for_each = {
    data = google_storage_bucket.data.name
    work = google_storage_bucket.work.name
  }
  bucket = each.value
  role   = "roles/storage.objectAdmin"
  member = google_service_account.worker.member
}

# Beam looks the bucket up before it stages files; objectAdmin does not hold that right.
resource "google_storage_bucket_iam_member" "worker_looks_up" {
  for_each = {
    data = google_storage_bucket.data.name
    work = google_storage_bucket.work.name
  }
  bucket = each.value
  role   = "roles/storage.legacyBucketReader"
  member = google_service_account.worker.member
}

resource "google_storage_bucket_iam_member" "worker_reads" {
  for_each = toset(var.input_buckets)
  bucket   = each.key
  role     = "roles/storage.objectViewer"
  member   = google_service_account.worker.member
}

resource "google_artifact_registry_repository_iam_member" "worker_pulls" {
  repository = google_artifact_registry_repository.images.name
  location   = google_artifact_registry_repository.images.location
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.worker.member
}

# What the schedule runs as: starts the workflow, which launches the template and reads the run's JSON.
resource "google_service_account" "schedule" {
  account_id   = "newsbeam-schedule"
  display_name = "newsbeam: the nightly schedule"
}

resource "google_project_iam_member" "schedule_launches" {
  for_each = toset(["roles/dataflow.developer", "roles/logging.logWriter", "roles/workflows.invoker"])
  project  = var.project
  role     = each.key
  member   = google_service_account.schedule.member
}

resource "google_service_account_iam_member" "schedule_lends_worker" {
  service_account_id = google_service_account.worker.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.schedule.member
}

resource "google_storage_bucket_iam_member" "schedule_reads" {
  for_each = {
    data = google_storage_bucket.data.name
    work = google_storage_bucket.work.name
  }
  bucket = each.value
  role   = "roles/storage.objectViewer"
  member = google_service_account.schedule.member
}
