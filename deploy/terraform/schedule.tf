# Cloud Scheduler cannot put a date into a request; the workflow can. It also waits for the job and fails where
# the run failed or found nothing, so that one alert covers launch, run and result.
resource "google_workflows_workflow" "nightly" {
  name            = "newsbeam-nightly"
  region          = var.region
  service_account = google_service_account.schedule.id
  depends_on      = [google_project_service.needed]
  source_contents = templatefile("${path.module}/nightly.yaml.tftpl", {
    project      = var.project
    region       = var.region
    template     = local.template
    image        = local.image
    inputs       = var.inputs
    output       = local.output
    bucket       = google_storage_bucket.data.name
    dataset      = var.dataset
    temp         = "${local.work}/${local.scratch}"
    worker       = google_service_account.worker.email
    machine_type = var.machine_type
    max_workers  = var.max_workers
    max_hours    = var.max_hours
  })
}

resource "google_cloud_scheduler_job" "nightly" {
  name      = "newsbeam-nightly"
  schedule  = var.schedule
  time_zone = "Etc/UTC"
  region    = var.region

  http_target {
    http_method = "POST"
    uri         = "https://workflowexecutions.googleapis.com/v1/${google_workflows_workflow.nightly.id}/executions"
    body        = base64encode("{}")
    oauth_token {
      service_account_email = google_service_account.schedule.email
    }
  }

  retry_config {
    retry_count = 3
  }
}

resource "google_monitoring_notification_channel" "email" {
  display_name = "newsbeam"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

resource "google_monitoring_alert_policy" "nightly" {
  display_name          = "newsbeam: the nightly run failed, took too long or found nothing"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = "The nightly workflow failed"
    condition_threshold {
      filter = join(" AND ", [
        "resource.type = \"workflows.googleapis.com/Workflow\"",
        "resource.labels.workflow_id = \"${google_workflows_workflow.nightly.name}\"",
        "metric.type = \"workflows.googleapis.com/finished_execution_count\"",
        "metric.labels.status = \"FAILED\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period   = "600s"
        per_series_aligner = "ALIGN_SUM"
      }
    }
  }

  documentation {
    content = "See the execution of the workflow for the reason, and the run's JSON below ${local.output}/_runs."
  }
}
