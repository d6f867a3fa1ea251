"""The tables that a VergeOS has and the catalogue does not model: their names (docs/vergeos/README.md §1.1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from operator import itemgetter

from verge_pulumi.catalogue.model import Table
from verge_pulumi.catalogue.notation import words

NOTES = "note_actions"
"""The action table by which notes are written, of rows of any table (docs/vergeos/virtual-machines.md §11)."""

UNMODELLED: frozenset[str] = frozenset(
    words("""
    alarm_history alarm_types alarms billing_actions clone_iso clone_iso_actions cloud_restore
    cloud_snapshot_actions cloud_snapshot_file_actions cloud_snapshot_files cloud_snapshot_tenant_actions
    cloud_snapshot_tenants cloud_snapshot_vm_actions cloud_snapshot_vms cloud_snapshot_vmware_container_actions
    cloud_snapshot_vmware_containers cluster_actions cluster_stats_history_long cluster_stats_history_short
    cluster_tier_stats cluster_tier_stats_history_long cluster_tier_stats_history_short cluster_tier_status
    cluster_tiers dashboard file_actions files_public_links group_logs help_actions help_search license_actions
    licenses machine_console machine_console_active machine_console_active_chat
    machine_device_gpu_stats_history_long machine_device_gpu_stats_history_short machine_device_settings_gpu
    machine_device_settings_host_gpu machine_device_settings_nvidia_vgpu machine_device_settings_sriov_nic
    machine_device_settings_tpm machine_device_settings_usb machine_device_stats machine_drive_phys
    machine_drive_stats machine_drive_stats_history_long machine_drive_stats_history_short machine_logs
    machine_nic_fabric_status machine_nic_ipv4_configs machine_nic_stats machine_nic_stats_history_long
    machine_nic_stats_history_short machine_stats_history_long machine_stats_history_short node_actions
    node_allocated_gpus node_device_instances node_drivers node_gpu_instances node_gpu_stats node_gpus
    node_host_gpu_devices node_lldp_neighbors node_memory node_nvidia_vgpu_devices node_nvidia_vgpu_profiles
    node_queries node_resources node_stats nvidia_vgpu_profiles recipe_questions recipe_sections recipe_status
    repair_servers resource_group_settings_host_gpu resource_group_settings_nvidia_vgpu
    resource_group_settings_sriov_nic resource_group_settings_usb schedule_task_events schedule_task_setting_schema
    schedule_task_settings schedule_tasks schedules schema_version_actions service_container_actions
    service_container_queries service_container_storage service_containers settings_actions shared_object_actions
    shared_objects site_actions site_logs site_sync_stats site_sync_stats_history_long site_syncs_incoming
    site_syncs_incoming_actions site_syncs_incoming_logs site_syncs_incoming_verified
    site_syncs_incoming_verified_actions site_syncs_outgoing site_syncs_outgoing_actions site_syncs_outgoing_logs
    site_syncs_outgoing_profile_periods site_syncs_outgoing_queue site_syncs_outgoing_remote_snap_actions
    site_syncs_outgoing_remote_snaps sites smtp_actions smtp_logs smtp_outbox smtp_queue smtp_settings
    snapshot_profile_period_tags storage_tier_stats subscription_profiles subscriptions swagger_actions
    system_actions system_diagnostic_actions system_diagnostics tag_references task_event_types task_events
    task_logs task_schedule_triggers task_schedules task_scripts task_setting_references task_settings task_types
    tasks tenant_actions tenant_dashboard tenant_layer2_vnets tenant_logs tenant_node_actions tenant_node_queries
    tenant_nodes tenant_recipe_actions tenant_recipe_instances tenant_recipe_logs tenant_snapshot_actions
    tenant_snapshots tenant_stats tenant_storage tenant_themes theme_actions ui_branding update_actions
    update_dashboard update_file_finish update_file_verify update_files update_logs update_packages
    update_source_packages update_source_status user user_actions user_devices user_logs user_messages user_settings
    vm_console_actions vm_favorites vm_import_logs vm_imports vm_paste_configs vm_recipe_actions vm_recipe_instances
    vm_recipe_logs vm_service_antivirus vm_service_cifs vm_service_nfs vm_service_queries vm_service_user_logs
    vm_service_user_status vm_service_users vm_services vmware_container_actions vmware_container_api
    vmware_container_backup_job_actions vmware_container_queries vmware_container_restore_job_actions
    vmware_container_storage vmware_containers vnet_bond_interfaces vnet_bonds vnet_dashboard vnet_ipsec_connections
    vnet_monitor_stats_history_long vnet_monitor_stats_history_short vnet_queries vnet_rule_references
    vnet_wireguard_peer_status vnet_wires volume_actions volume_antivirus volume_antivirus_actions
    volume_antivirus_infections volume_antivirus_logs volume_antivirus_stats volume_antivirus_status volume_browser
    volume_cifs_shares volume_logs volume_nfs_shares volume_share_logs volume_share_status volume_snapshots
    volume_status volume_sync_actions volume_sync_logs volume_sync_progresses volume_syncs volume_vm_export_actions
    volume_vm_export_stats volume_vm_exports vsan_queries
""")
)
"""Tables, and action tables, that are known by name only. Which release brought them is not."""


def index_entries(tables: Collection[Table]) -> list[Mapping[str, str]]:
    """Return the answer to ``GET /api/v4``, sorted by name.

    That an entry has a ``name`` is known, and that there are tables, indexes and views; that ``type`` says which is
    ours. So are the names of indexes, one for each group of unique columns, and of views, since none is known: they
    stand for those that a client has to tell from tables.

    Args:
        tables: The modelled tables that it has.
    """
    modelled = {name for table in tables for name in (table.name, table.action_table) if name}
    names = {
        "table": {*modelled, *UNMODELLED, NOTES},
        "index": {"_".join((table.name, *group)) for table in tables for group in table.unique},
        "view": {f"{table.name}_dashboard" for table in tables if table.nested},
    }
    return sorted(({"name": name, "type": kind} for kind in names for name in names[kind]), key=itemgetter("name"))
