-- Every row that landed is staged once: neither lost nor multiplied. Accounts and cases stand in the *_records views.

with

under_their_own_name as (

    {{ rows_survive('salesforce', [
        'contacts', 'leads', 'opportunities', 'opportunity_contact_roles', 'opportunity_line_items', 'campaigns',
        'campaign_members', 'tasks', 'users'
    ]) }}

),

records as (

    select
        'accounts' as resource,
        (select count(*) from {{ source('raw_salesforce', 'accounts') }}) as landed_rows,
        (select count(*) from {{ ref('stg_salesforce__account_records') }}) as staged_rows
    union all
    select
        'cases' as resource,
        (select count(*) from {{ source('raw_salesforce', 'cases') }}) as landed_rows,
        (select count(*) from {{ ref('stg_salesforce__case_records') }}) as staged_rows

)

select * from under_their_own_name
union all
select * from records
where landed_rows <> staged_rows
