with

accounts as (

    select
        *,
        {{ web_domain('domain') }} as web_domain
    from {{ ref('int_identity__accounts') }}

),

organisation_names as (

    select * from {{ ref('int_identity__organisation_names') }}

),

mail_hosts as (

    select * from {{ ref('free_mail_hosts') }}

),

account_records as (

    select
        accounts.account_key,
        accounts.source,

        accounts.name,
        accounts.domain,
        organisation_names.organisation_clean as name_clean,
        -- a mailbox at a public host is no company's domain
        case when mail_hosts.host is null then accounts.web_domain end as domain_clean,
        {{ clean_code('accounts.registry_id') }} as registry_clean,
        accounts.industry,
        accounts.country_code,

        accounts.parent_key

    from accounts
    left join organisation_names on accounts.name = organisation_names.organisation_name
    left join mail_hosts on accounts.web_domain = mail_hosts.host

)

select * from account_records
