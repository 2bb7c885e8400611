// Generated from openapi/openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/$export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Start an export of everything */
        get: operations["kickOffSystemExport"];
        put?: never;
        /** Start an export of everything, with a Parameters resource */
        post: operations["kickOffSystemExportByPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/Patient/$export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Start an export of all patients, or of those listed, and what is in their compartments */
        get: operations["kickOffPatientExport"];
        put?: never;
        /** Start an export of all patients, or of those listed, and what is in their compartments, with a Parameters resource */
        post: operations["kickOffPatientExportByPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/Group/{id}/$export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Start an export of the members of a Group, or of those listed, and what is in their compartments */
        get: operations["kickOffGroupExport"];
        put?: never;
        /** Start an export of the members of a Group, or of those listed, and what is in their compartments, with a Parameters resource */
        post: operations["kickOffGroupExportByPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/$export-status/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask how an export is getting on, and for its manifest
         * @description The manifest is made anew each time. Where URLs open files by themselves (`FILE_ACCESS=capability` or `signed`), asking again brings new ones. After a kick-off with `Prefer: separate-export-status` the answer is 200 also while the export runs and when it has failed, and `X-Export-Status` tells which; an export that has failed then answers an OperationOutcome (`application/fhir+json`).
         */
        get: operations["readExportStatus"];
        put?: never;
        post?: never;
        /** Cancel an export, or be done with it: its files go away */
        delete: operations["deleteExport"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/$exportstatus/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask how an export is getting on, and for its manifest
         * @deprecated
         * @description The same as `/$export-status/{id}`.
         */
        get: operations["readExportStatusByAlias"];
        put?: never;
        post?: never;
        /**
         * Cancel an export, or be done with it: its files go away
         * @deprecated
         * @description The same as `/$export-status/{id}`.
         */
        delete: operations["deleteExportByAlias"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/$exportstatus": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask how an export is getting on, and for its manifest
         * @deprecated
         * @description The same as `/$export-status/{id}`, for clients of Firely Server.
         */
        get: operations["readExportStatusByFirelyAlias"];
        put?: never;
        post?: never;
        /**
         * Cancel an export, or be done with it: its files go away
         * @deprecated
         * @description The same as `/$export-status/{id}`, for clients of Firely Server.
         */
        delete: operations["deleteExportByFirelyAlias"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/$export-status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The exports of this client, the newest first
         * @description Exports that were deleted or have expired are not among them.
         */
        get: operations["listExports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/$export-file/{folder}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file of an export, or a range of it
         * @description Where `FILE_ACCESS` is `storage`, every file is 404: the manifest tells where in the storage they are. Where it is `capability`, the URLs of a manifest open their files without credentials, until they expire; ask for the status again, which makes new ones.
         */
        get: operations["readExportFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/$exportfilerequest/{folder}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file of an export, or a range of it
         * @deprecated
         * @description The same as `/$export-file/{folder}/{name}`, for clients of Firely Server.
         */
        get: operations["readExportFileByFirelyAlias"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/ingest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Load resources as NDJSON, of any types mixed
         * @description Resources are stored in the order of their lines, in many transactions; a line that is refused does not stop the others. Sending the same lines again is safe.
         */
        post: operations["ingestResources"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, or which ways to sign in there are */
        get: operations["readSession"];
        put?: never;
        /**
         * Sign in by a passkey or an access key
         * @description By a passkey in two steps: the first answers what the browser is to be asked for, the second takes what it answered. The session is a cookie, with a secret that is new at each signing in.
         */
        post: operations["signIn"];
        /** Sign out */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/enrolment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enrol as an administrator, by a link
         * @description First tells with whom the link enrols, and what the browser is to be asked for. Then takes the passkey, or makes an access key: that uses the link up, and begins a session.
         */
        post: operations["enrol"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make the first administrator, by `SETUP_TOKEN`
         * @description Only while there is no administrator who can sign in, or has a link that is still good.
         */
        post: operations["setUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/administrators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Administrators, in the order in which they came */
        get: operations["listAdministrators"];
        put?: never;
        /** Make an administrator, who then enrols by a link */
        post: operations["createAdministrator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/administrators/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the name or the role of an administrator, suspend him, or let him in again
         * @description Who is suspended loses his sessions at once, and his keys open nothing. The last one who could sign in and steer the service stays as he is.
         */
        post: operations["changeAdministrator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/administrators/{id}/enrolment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make another link by which an administrator enrols
         * @description For one who has lost what he signs in with. An older link opens nothing any more.
         */
        post: operations["renewEnrolment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/access-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Access keys of whoever asks, the oldest first */
        get: operations["listAccessKeys"];
        put?: never;
        /** Make an access key, which is shown this once */
        post: operations["createAccessKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/access-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an access key, and end the sessions that were begun with it */
        delete: operations["revokeAccessKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Passkeys of whoever asks, the oldest first */
        get: operations["listPasskeys"];
        put?: never;
        /**
         * Add a passkey, in two steps
         * @description The first answers what the browser is to be asked for, the second takes what it answered.
         */
        post: operations["addPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a passkey, and end the sessions that were begun with it */
        delete: operations["deletePasskey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sessions of whoever asks, the youngest first */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export jobs, the newest first
         * @description Jobs that were deleted or have expired are not among them. A page may have fewer jobs than asked for, and none, and yet a `next`: of what no index finds (`level`, `group`, `type`, `text`), one request looks at 2000 jobs.
         */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One export job: its progress by type, its files, and what went wrong */
        get: operations["readJob"];
        put?: never;
        post?: never;
        /** Cancel an export, or be done with it: its files go away */
        delete: operations["deleteJob"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}/units": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The work units of a job */
        get: operations["listJobUnits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}/slices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done on a job, slice by slice, the last one first */
        get: operations["listJobSlices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The finished files of a job */
        get: operations["listJobFiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The resources that could not be exported */
        get: operations["listJobProblems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop an export that runs: it is gone at once, and its files go away */
        post: operations["cancelJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let an export that failed go on where it was
         * @description It goes on from the units that are not done, on the same snapshot, and keeps the files that are finished. Its files come out as if it had not failed.
         */
        post: operations["retryJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}/run-again": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start an export as this one was asked for, of what there is now
         * @description It has the same parameters, the same owner and the same rights, and a snapshot of its own.
         */
        post: operations["runJobAgain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/jobs/{id}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep the files of an export that has ended for longer
         * @description At most 365 days from now. An end is never brought nearer: to be done with an export, delete it.
         */
        post: operations["extendJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/resource-counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Current resources by type
         * @description Counting stops at 50,000 stored versions of a type, so that it costs little however much is stored; what is left out is told by `isExact`.
         */
        get: operations["readResourceCounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Registered clients, in the order of their ids */
        get: operations["listClients"];
        put?: never;
        /**
         * Register a client
         * @description Its public keys are needed; the private ones never leave it, and are refused.
         */
        post: operations["createClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/clients/{clientId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One client */
        get: operations["readClient"];
        /** Put a registration in the place of the one there is */
        put: operations["replaceClient"];
        post?: never;
        /** Forget a client; its tokens open nothing any more, its exports stay until they expire */
        delete: operations["deleteClient"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/clients/{clientId}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a client no tokens, and nothing for those it has; its exports go on */
        post: operations["suspendClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/clients/{clientId}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the suspension of a client */
        post: operations["resumeClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/clients/{clientId}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Access tokens of a client that are still good, the newest 100 at most */
        get: operations["listClientTokens"];
        put?: never;
        post?: never;
        /** Revoke all access tokens of a client; it may get new ones unless it is suspended */
        delete: operations["revokeClientTokens"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/service": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the dashboard has to know of this deployment */
        get: operations["readService"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for an access token
         * @description By the grant `client_credentials`, with a signed assertion (`private_key_jwt`): its `iss` and `sub` are the id of the client, its `aud` is this URL, its `exp` at most five minutes from now, its `jti` new each time. `client_id` is not needed.
         */
        post: operations["issueToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What an access token is good for
         * @description A client authenticates by an assertion, as for a token, and is told of its own tokens; all others are inactive to it. An administrator sends his access key instead, and is told of all. `scope` is what is still registered for the client.
         */
        post: operations["introspectToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an access token
         * @description A client authenticates by an assertion, as for a token, and ends one of its own. A token that is unknown or has ended already is no error.
         */
        post: operations["revokeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/jwks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys of access tokens */
        get: operations["readKeySet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/smart-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How to get access, in the words of SMART */
        get: operations["readSmartConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How to get access, in the words of OAuth 2.0 */
        get: operations["readAuthorizationServer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done, by whom and from where, the newest first
         * @description Each filter is for one value exactly, and all of them have to hold. Reads, searches and writes of single resources are not in the audit, unless they were refused.
         */
        get: operations["searchAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The audit as FHIR R4 AuditEvents, the oldest first
         * @description NDJSON of any length, up to the event that was the last when it began. An answer that ends early is not whole: it breaks off, and does not end.
         */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/oidc/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Begin to sign in by OpenID Connect: leads the browser to the provider */
        get: operations["beginOidcSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the provider leads the browser back to; signs the administrator in */
        get: operations["finishOidcSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this server can do, as a CapabilityStatement */
        get: operations["readCapabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the service can do its work */
        get: operations["readHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document, with the servers of this deployment */
        get: operations["readOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do what a batch or transaction Bundle asks for
         * @description A transaction is done as a whole or not at all, and links to a `fullUrl` become those of what was stored; the entries of a batch stand each for itself. Interactions: POST, PUT, DELETE, GET and HEAD of resources, without search.
         */
        post: operations["processBundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/Group/{id}/$member-add": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make patients members of a Group, from now on or in a period
         * @description A Parameters resource with `patientReference`, once for each patient (up to 50,000), and to add them with an `attributionPeriod` for all. All of them change, in one new version of the Group, or none. Who is what was asked for already stays so.
         */
        post: operations["addGroupMembers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/Group/{id}/$member-remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take patients out of a Group; exports already begun still have them
         * @description A Parameters resource with `patientReference`, once for each patient (up to 50,000), and to add them with an `attributionPeriod` for all. All of them change, in one new version of the Group, or none. Who is what was asked for already stays so.
         */
        post: operations["removeGroupMembers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{type}/_search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search the resources of a type, with the parameters in a form
         * @description Every search parameter that FHIR R4 defines for the type is supported; the CapabilityStatement lists them. A page is of one point in time, that of the first, and may be short or empty and still have a `next` link: it does bounded work.
         */
        post: operations["searchResourcesByPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search the resources of a type, page by page
         * @description Every search parameter that FHIR R4 defines for the type is supported; the CapabilityStatement lists them. A page is of one point in time, that of the first, and may be short or empty and still have a `next` link: it does bounded work.
         */
        get: operations["searchResources"];
        put?: never;
        /**
         * Create a resource, under an id that the server gives it
         * @description An id in the body is ignored. `If-None-Exist` is refused, as it needs search.
         */
        post: operations["createResource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{type}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the current version of a resource */
        get: operations["readResource"];
        /** Create a resource, or write a new version of it */
        put: operations["putResource"];
        post?: never;
        /** Delete a resource; its earlier versions stay in its history and for exports already begun */
        delete: operations["deleteResource"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{type}/{id}/_history/{versionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one version of a resource, current or not */
        get: operations["readResourceVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{type}/{id}/_history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The versions of a resource, the newest first, page by page
         * @description A page ends after `_count` versions or 2 MiB, whichever is sooner, and links to the next. How a version was written is not stored: each entry says `PUT` or `DELETE`.
         */
        get: operations["readResourceHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What went wrong, or right (FHIR R4 OperationOutcome)
         * @example {
         *       "resourceType": "OperationOutcome",
         *       "issue": [
         *         {
         *           "severity": "error",
         *           "code": "not-supported",
         *           "diagnostics": "Cannot process parameter \"_summary\": it is not supported"
         *         }
         *       ]
         *     }
         */
        OperationOutcome: {
            /** @enum {string} */
            resourceType: "OperationOutcome";
            issue: {
                /** @enum {string} */
                severity: "fatal" | "error" | "warning" | "information";
                /**
                 * @description A code of http://hl7.org/fhir/issue-type
                 * @example not-found
                 */
                code: string;
                /** @description What happened, in a sentence */
                diagnostics: string;
            }[];
        };
        /** @description The files of an export that has completed, or a page of them */
        Manifest: {
            /**
             * Format: date-time
             * @description The point in time of the export: use it as the next `_since`
             * @example 2026-11-20T10:26:46.123Z
             */
            transactionTime: string;
            /**
             * @description The URL of the kick-off request
             * @example http://127.0.0.1:8080/fhir/$export?_type=Patient
             */
            request: string;
            /**
             * @description Whether files want the access token of this service; credentials for a storage are none
             * @example false
             */
            requiresAccessToken: boolean;
            /**
             * @description There where `organizeOutputBy` was
             * @example Patient
             * @enum {string}
             */
            outputOrganizedBy?: "Patient";
            /** @description Resources, one type a file; or blocks, each of a patient and what is his */
            output: components["schemas"]["ManifestFile"][];
            /** @description Deletions since `_since`, as transaction Bundles; absent when there was no `_since` */
            deleted?: components["schemas"]["ManifestFile"][];
            /** @description What a client should know about the export, as OperationOutcomes; of pages, on the last */
            error: components["schemas"]["ManifestFile"][];
            /** @description The page that follows, on every page but the last of a manifest in pages */
            link?: {
                /** @enum {string} */
                relation: "next";
                /**
                 * Format: uri
                 * @description Where to ask for the page: 202 until there is something for it
                 * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d?page=2
                 */
                url: string;
            }[];
            /**
             * @description There with `COMPAT=manifest-status`; not a field of the IG
             * @enum {string}
             */
            status?: "completed";
            /** @description What the IG leaves to servers; there with `EHI_DOCUMENTATION_URL` */
            extension?: {
                /**
                 * Format: uri
                 * @description Where the format of the export is documented
                 * @example https://example.org/ehi-export
                 */
                ehiDocumentationUrl: string;
            };
        };
        /** @description A file of NDJSON */
        ManifestFile: {
            /**
             * @description Type of the resources in the file; absent where it has blocks
             * @example Patient
             */
            type?: string;
            /**
             * Format: uri
             * @description Where to fetch it, as `FILE_ACCESS` says: from this service; from the storage, signed and for a while; or from the storage, with credentials of your own
             * @example http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson
             */
            url: string;
            /**
             * @description Lines in the file, exactly, headers of blocks among them
             * @example 615
             */
            count: number;
            /**
             * Format: uri
             * @description The URL of the file in which the last block of this one goes on
             * @example http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/blocks-2-1.ndjson
             */
            continuesInFile?: string;
            /** @description What the IG leaves to servers: how to verify the file */
            extension: {
                /**
                 * @description A file that is listed is completed
                 * @enum {string}
                 */
                status: "completed";
                /**
                 * @description Its bytes, not compressed
                 * @example 2046163
                 */
                bytes: number;
                /**
                 * @description Bytes of each part it is uploaded in, but the last
                 * @example 8388608
                 */
                partBytes: number;
                /**
                 * @description SHA-256 in Base64; of a file that was uploaded in parts as S3 composes it: SHA-256 of the digests of its parts, then `-` and how many there are. Absent where an earlier version of this service wrote the file
                 * @example 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
                 */
                sha256?: string;
                /** @description The digests of its parts; absent when it was not uploaded in parts */
                partSha256?: string[];
                /**
                 * @description The object as the tools of its storage name it, with the key as it is, not encoded; there with `FILE_ACCESS=storage`
                 * @example s3://exports/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson
                 */
                storageUri?: string;
            };
        };
        /** @description The exports of a client, the newest first */
        ExportList: {
            exports: {
                /**
                 * @description `_since=job:<id>` goes on from it
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
                /**
                 * @description Its polling location
                 * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                statusUrl: string;
                /** @enum {string} */
                level: "system" | "patient" | "group";
                /** @enum {string} */
                state: "accepted" | "in-progress" | "completed" | "failed";
                /**
                 * @description 100 only when it is completed
                 * @example 24
                 */
                percent: number;
                /**
                 * Format: date-time
                 * @description The point in time of the export
                 * @example 2026-11-20T10:26:46.123Z
                 */
                transactionTime: string;
                /**
                 * @description The URL of the kick-off request, without what stood in its body
                 * @example http://127.0.0.1:8080/fhir/$export?_type=Patient
                 */
                request: string;
                /**
                 * Format: date-time
                 * @description When it was asked for
                 * @example 2026-11-20T10:26:46.123Z
                 */
                createdAt: string;
                /**
                 * Format: date-time
                 * @description When it was completed or failed
                 * @example 2026-11-20T10:26:46.123Z
                 */
                endedAt?: string;
                /**
                 * Format: date-time
                 * @description When its files go away by themselves
                 * @example 2026-11-20T10:26:46.123Z
                 */
                expiresAt?: string;
            }[];
            /** @description Where the list goes on; empty at its end */
            link: {
                /** @enum {string} */
                relation: "next";
                url: string;
            }[];
        };
        /** @description What became of the lines of an ingest request */
        IngestReport: {
            /**
             * @description Resources stored, one version each
             * @example 1180
             */
            stored: number;
            /**
             * @description Lines refused
             * @example 1
             */
            refused: number;
            /** @description The first 1000 lines that were refused */
            problems: {
                /**
                 * @description Its number, from 1, blank lines counted
                 * @example 7
                 */
                line: number;
                /** @example Cannot read the resource: it has no id */
                reason: string;
            }[];
        };
        /** @description The service can do its work */
        Health: {
            /** @enum {string} */
            status: "ok";
        };
        /** @description An export job */
        Job: {
            /** @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d */
            id: string;
            /** @enum {string} */
            level: "system" | "patient" | "group";
            /**
             * @description At Group level, its id
             * @example diabetes
             */
            groupId?: string;
            /**
             * @description `accepted` waits for its first turn
             * @example in-progress
             * @enum {string}
             */
            state: "accepted" | "in-progress" | "completed" | "failed";
            /**
             * @description The types asked for, by URL or body; empty when all are
             * @example [
             *       "Observation"
             *     ]
             */
            types: string[];
            /**
             * @description How many patients the request lists; absent when it lists none, and is about all
             * @example 2
             */
            patients?: number;
            /**
             * Format: date-time
             * @description Its `_since`, in whole milliseconds
             * @example 2026-11-20T10:26:46.123Z
             */
            since?: string;
            /**
             * Format: date-time
             * @description Its `_until`, in whole milliseconds
             * @example 2026-11-20T10:26:46.123Z
             */
            until?: string;
            /**
             * @description Whose it is; absent when it is of an administrator, or of anybody with `AUTH=open`
             * @example registry
             */
            clientId?: string;
            /**
             * @description How that client, or the administrator, was called then
             * @example Cancer registry
             */
            askedBy?: string;
            /**
             * @description The URL of the kick-off request, without what stood in its body
             * @example http://127.0.0.1:8080/fhir/$export?_type=Patient
             */
            request: string;
            /**
             * @description The URL of its status request; DELETE there cancels or removes it
             * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
             */
            statusUrl: string;
            /**
             * Format: date-time
             * @description The point in time of the export
             * @example 2026-11-20T10:26:46.123Z
             */
            transactionTime: string;
            /**
             * Format: date-time
             * @description When it was asked for
             * @example 2026-11-20T10:26:46.123Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it was completed or failed
             * @example 2026-11-20T10:26:46.123Z
             */
            endedAt?: string;
            /**
             * Format: date-time
             * @description When its files go away by themselves
             * @example 2026-11-20T10:26:46.123Z
             */
            expiresAt?: string;
            progress: {
                /**
                 * @description Resources written, without the lines of `deleted` and `error`
                 * @example 12000
                 */
                done: number;
                /**
                 * @description Resources there will be, as planned; 0 before the plan is made
                 * @example 50000
                 */
                total: number;
                /**
                 * @description Of all lines; 100 only when it is completed
                 * @example 24
                 */
                percent: number;
            };
            /**
             * @description Why it failed, in a sentence
             * @example Cannot finish the export: Cannot upload a part: the storage does not answer (12 attempts)
             */
            failure?: string;
        };
        /** @description Jobs, the newest first */
        JobList: {
            jobs: components["schemas"]["Job"][];
            /**
             * @description There are older ones: give this as `after` to read on. Absent at the end
             * @example 1795084006123_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
             */
            next?: string;
        };
        /** @description All there is to know about one job */
        JobDetails: {
            job: components["schemas"]["Job"];
            /** @description How far each type has come */
            types: {
                /**
                 * @description The resource type that it is about; absent where it is about several
                 * @example Observation
                 */
                type?: string;
                /**
                 * @description Its list in the manifest
                 * @enum {string}
                 */
                kind: "output" | "deleted" | "error";
                /**
                 * @description Lines written
                 * @example 12000
                 */
                done: number;
                /**
                 * @description Lines there will be, as planned; 0 before the plan is made
                 * @example 50000
                 */
                total: number;
                isDone: boolean;
            }[];
            /** @description The first work unit that waits after a failure */
            resting?: {
                /**
                 * @description The resource type that it is about; absent where it is about several
                 * @example Observation
                 */
                type?: string;
                /**
                 * Format: date-time
                 * @description When it is tried again
                 * @example 2026-11-20T10:26:46.123Z
                 */
                until: string;
                /**
                 * @description Failures in a row
                 * @example 2
                 */
                attempts: number;
                /**
                 * @description What failed
                 * @example Cannot upload a part: the storage does not answer
                 */
                reason: string;
            };
            /** @description The first 1000 finished files; the manifest has all */
            files: {
                /** @example Observation-1.ndjson */
                name: string;
                /**
                 * @description Its list in the manifest
                 * @enum {string}
                 */
                kind: "output" | "deleted" | "error";
                /**
                 * @description The resource type that it is about; absent where it is about several
                 * @example Observation
                 */
                type?: string;
                /**
                 * @description Lines, exactly
                 * @example 12000
                 */
                lines: number;
                /**
                 * @description Bytes, not compressed
                 * @example 6400000
                 */
                bytes: number;
                /**
                 * @description As the manifest has it; absent where an earlier version wrote it
                 * @example 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
                 */
                sha256?: string;
                /**
                 * @description Where this service serves it; absent with `FILE_ACCESS=storage`
                 * @example http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Observation-1.ndjson
                 */
                url?: string;
            }[];
            totals: {
                /**
                 * @description Finished files
                 * @example 3
                 */
                files: number;
                /**
                 * @description The resources in them, without the lines of `deleted` and `error`
                 * @example 24000
                 */
                resources: number;
                /**
                 * @description Their bytes
                 * @example 12800000
                 */
                bytes: number;
                /**
                 * @description Resources that could not be exported
                 * @example 0
                 */
                problems: number;
            };
        };
        /** @description Current resources by type; types without any are absent */
        ResourceCounts: {
            types: {
                /** @example Observation */
                type: string;
                /**
                 * @description Current resources, or, where it is not exact, a number that there are at least
                 * @example 9412
                 */
                count: number;
                /**
                 * @description False where counting stopped at 50,000 stored versions, of which some may be old
                 * @example true
                 */
                isExact: boolean;
            }[];
        };
        /** @description What the dashboard has to know of this deployment */
        ServiceInfo: {
            /** @example 0.1.0 */
            version: string;
            /** @example http://127.0.0.1:8080/fhir */
            fhirBase: string;
            /**
             * @description Empty where FHIR is at the root
             * @example /fhir
             */
            fhirPath: string;
            /** @enum {string} */
            fileAccess: "proxy" | "capability" | "signed" | "storage";
        };
        /**
         * @example {
         *       "clientId": "analytics",
         *       "name": "Analytics",
         *       "jwks": {
         *         "keys": [
         *           {
         *             "kty": "EC",
         *             "crv": "P-384",
         *             "kid": "analytics-2026",
         *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
         *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
         *           }
         *         ]
         *       },
         *       "scopes": [
         *         "system/Patient.rs",
         *         "system/Observation.rs?category=laboratory"
         *       ],
         *       "groupIds": [
         *         "diabetes"
         *       ],
         *       "maxRunningJobs": 2,
         *       "createdAt": "2026-11-20T10:26:46.123Z",
         *       "changedAt": "2026-11-20T10:26:46.123Z"
         *     }
         */
        Client: {
            clientId: string;
            /** @example Analytics */
            name: string;
            /**
             * Format: uri
             * @description Where its public keys are (JWK Set); https, and public unless PRIVATE_HOSTS names the host
             * @example https://analytics.example.org/jwks.json
             */
            jwksUrl?: string;
            /**
             * @description What it may ask for at most (SMART scopes, v1 or v2, with constraints)
             * @example [
             *       "system/Patient.rs",
             *       "system/Observation.rs?category=laboratory"
             *     ]
             */
            scopes: string[];
            /**
             * @description Ids of the Groups it may export; absent: every one that its scopes let it read
             * @example [
             *       "diabetes"
             *     ]
             */
            groupIds?: string[];
            /**
             * @description Names of the storages its files may go to, of which there is one, `default`; absent: all
             * @example [
             *       "default"
             *     ]
             */
            destinations?: string[];
            /**
             * @description Requests a minute; 0: no bound; absent: as configured
             * @example 600
             */
            requestsPerMinute?: number;
            /**
             * @description Exports at once; 0: no bound; absent: as configured
             * @example 2
             */
            maxRunningJobs?: number;
            /**
             * @description JWK Set (RFC 7517) of public keys; better is jwksUrl, by which keys can be rotated without us
             * @example {
             *       "keys": [
             *         {
             *           "kty": "EC",
             *           "crv": "P-384",
             *           "kid": "analytics-2026",
             *           "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
             *           "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
             *         }
             *       ]
             *     }
             */
            jwks?: {
                keys: ({
                    kty: string;
                    kid: string;
                } & {
                    [key: string]: unknown;
                })[];
            } & {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description Since when it gets no tokens
             * @example 2026-11-20T10:26:46.123Z
             */
            suspendedAt?: string;
            /**
             * Format: date-time
             * @description When it was registered
             * @example 2026-11-20T10:26:46.123Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it was last changed; `ETag` says it too
             * @example 2026-11-20T10:26:46.123Z
             */
            changedAt: string;
        };
        ClientList: {
            clients: {
                clientId: string;
                /** @example Analytics */
                name: string;
                /**
                 * Format: uri
                 * @description Where its public keys are (JWK Set); https, and public unless PRIVATE_HOSTS names the host
                 * @example https://analytics.example.org/jwks.json
                 */
                jwksUrl?: string;
                /**
                 * @description What it may ask for at most (SMART scopes, v1 or v2, with constraints)
                 * @example [
                 *       "system/Patient.rs",
                 *       "system/Observation.rs?category=laboratory"
                 *     ]
                 */
                scopes: string[];
                /**
                 * @description Ids of the Groups it may export; absent: every one that its scopes let it read
                 * @example [
                 *       "diabetes"
                 *     ]
                 */
                groupIds?: string[];
                /**
                 * @description Names of the storages its files may go to, of which there is one, `default`; absent: all
                 * @example [
                 *       "default"
                 *     ]
                 */
                destinations?: string[];
                /**
                 * @description Requests a minute; 0: no bound; absent: as configured
                 * @example 600
                 */
                requestsPerMinute?: number;
                /**
                 * @description Exports at once; 0: no bound; absent: as configured
                 * @example 2
                 */
                maxRunningJobs?: number;
                /**
                 * @description JWK Set (RFC 7517) of public keys; better is jwksUrl, by which keys can be rotated without us
                 * @example {
                 *       "keys": [
                 *         {
                 *           "kty": "EC",
                 *           "crv": "P-384",
                 *           "kid": "analytics-2026",
                 *           "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                 *           "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                 *         }
                 *       ]
                 *     }
                 */
                jwks?: {
                    keys: ({
                        kty: string;
                        kid: string;
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                };
                /**
                 * Format: date-time
                 * @description Since when it gets no tokens
                 * @example 2026-11-20T10:26:46.123Z
                 */
                suspendedAt?: string;
                /**
                 * Format: date-time
                 * @description When it was registered
                 * @example 2026-11-20T10:26:46.123Z
                 */
                createdAt: string;
                /**
                 * Format: date-time
                 * @description When it was last changed; `ETag` says it too
                 * @example 2026-11-20T10:26:46.123Z
                 */
                changedAt: string;
            }[];
            /**
             * @description `after` of the next page
             * @example analytics
             */
            next?: string;
        };
        /**
         * @example {
         *       "name": "Analytics",
         *       "jwks": {
         *         "keys": [
         *           {
         *             "kty": "EC",
         *             "crv": "P-384",
         *             "kid": "analytics-2026",
         *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
         *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
         *           }
         *         ]
         *       },
         *       "scopes": [
         *         "system/Patient.rs",
         *         "system/Observation.rs?category=laboratory"
         *       ],
         *       "groupIds": [
         *         "diabetes"
         *       ],
         *       "maxRunningJobs": 2
         *     }
         */
        ClientRegistration: {
            /** @example Analytics */
            name: string;
            /**
             * Format: uri
             * @description Where its public keys are (JWK Set); https, and public unless PRIVATE_HOSTS names the host
             * @example https://analytics.example.org/jwks.json
             */
            jwksUrl?: string;
            /**
             * @description What it may ask for at most (SMART scopes, v1 or v2, with constraints)
             * @example [
             *       "system/Patient.rs",
             *       "system/Observation.rs?category=laboratory"
             *     ]
             */
            scopes: string[];
            /**
             * @description Ids of the Groups it may export; absent: every one that its scopes let it read
             * @example [
             *       "diabetes"
             *     ]
             */
            groupIds?: string[];
            /**
             * @description Names of the storages its files may go to, of which there is one, `default`; absent: all
             * @example [
             *       "default"
             *     ]
             */
            destinations?: string[];
            /**
             * @description Requests a minute; 0: no bound; absent: as configured
             * @example 600
             */
            requestsPerMinute?: number;
            /**
             * @description Exports at once; 0: no bound; absent: as configured
             * @example 2
             */
            maxRunningJobs?: number;
            /**
             * @description JWK Set (RFC 7517) of public keys; better is jwksUrl, by which keys can be rotated without us
             * @example {
             *       "keys": [
             *         {
             *           "kty": "EC",
             *           "crv": "P-384",
             *           "kid": "analytics-2026",
             *           "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
             *           "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
             *         }
             *       ]
             *     }
             */
            jwks?: {
                keys: ({
                    kty: string;
                    kid: string;
                } & {
                    [key: string]: unknown;
                })[];
            } & {
                [key: string]: unknown;
            };
        };
        /**
         * @example {
         *       "clientId": "analytics",
         *       "name": "Analytics",
         *       "jwks": {
         *         "keys": [
         *           {
         *             "kty": "EC",
         *             "crv": "P-384",
         *             "kid": "analytics-2026",
         *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
         *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
         *           }
         *         ]
         *       },
         *       "scopes": [
         *         "system/Patient.rs",
         *         "system/Observation.rs?category=laboratory"
         *       ],
         *       "groupIds": [
         *         "diabetes"
         *       ],
         *       "maxRunningJobs": 2
         *     }
         */
        NewClient: {
            /**
             * @description Its client_id; absent: one is made
             * @example analytics
             */
            clientId?: string;
            /** @example Analytics */
            name: string;
            /**
             * Format: uri
             * @description Where its public keys are (JWK Set); https, and public unless PRIVATE_HOSTS names the host
             * @example https://analytics.example.org/jwks.json
             */
            jwksUrl?: string;
            /**
             * @description What it may ask for at most (SMART scopes, v1 or v2, with constraints)
             * @example [
             *       "system/Patient.rs",
             *       "system/Observation.rs?category=laboratory"
             *     ]
             */
            scopes: string[];
            /**
             * @description Ids of the Groups it may export; absent: every one that its scopes let it read
             * @example [
             *       "diabetes"
             *     ]
             */
            groupIds?: string[];
            /**
             * @description Names of the storages its files may go to, of which there is one, `default`; absent: all
             * @example [
             *       "default"
             *     ]
             */
            destinations?: string[];
            /**
             * @description Requests a minute; 0: no bound; absent: as configured
             * @example 600
             */
            requestsPerMinute?: number;
            /**
             * @description Exports at once; 0: no bound; absent: as configured
             * @example 2
             */
            maxRunningJobs?: number;
            /**
             * @description JWK Set (RFC 7517) of public keys; better is jwksUrl, by which keys can be rotated without us
             * @example {
             *       "keys": [
             *         {
             *           "kty": "EC",
             *           "crv": "P-384",
             *           "kid": "analytics-2026",
             *           "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
             *           "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
             *         }
             *       ]
             *     }
             */
            jwks?: {
                keys: ({
                    kty: string;
                    kid: string;
                } & {
                    [key: string]: unknown;
                })[];
            } & {
                [key: string]: unknown;
            };
        };
        TokenRequest: {
            /** @enum {string} */
            grant_type: "client_credentials";
            /**
             * @description Scopes by blanks
             * @example system/Patient.rs system/Observation.rs
             */
            scope: string;
            /** @enum {string} */
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            /**
             * @description A JWT that the client has signed, for this request alone
             * @example eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ…
             */
            client_assertion: string;
            /**
             * @description Not needed; else the `sub` of the assertion
             * @example warehouse
             */
            client_id?: string;
        };
        IntrospectionRequest: {
            /**
             * @description The access token it is about
             * @example eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…
             */
            token: string;
            /**
             * @description Not needed: there are access tokens only
             * @example access_token
             */
            token_type_hint?: string;
            /** @enum {string} */
            client_assertion_type?: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            /**
             * @description A JWT that the client has signed, for this request alone
             * @example eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ…
             */
            client_assertion?: string;
            /**
             * @description Not needed; else the `sub` of the assertion
             * @example warehouse
             */
            client_id?: string;
        };
        RevocationRequest: {
            /**
             * @description The access token it is about
             * @example eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…
             */
            token: string;
            /**
             * @description Not needed: there are access tokens only
             * @example access_token
             */
            token_type_hint?: string;
            /** @enum {string} */
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            /**
             * @description A JWT that the client has signed, for this request alone
             * @example eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ…
             */
            client_assertion: string;
            /**
             * @description Not needed; else the `sub` of the assertion
             * @example warehouse
             */
            client_id?: string;
        };
        /** @description An access token (RFC 6749 section 5.1) */
        TokenAnswer: {
            /**
             * @description For `Authorization: Bearer`
             * @example eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…
             */
            access_token: string;
            /** @enum {string} */
            token_type: "bearer";
            /**
             * @description Seconds
             * @example 300
             */
            expires_in: number;
            /**
             * @description Scopes by blanks
             * @example system/Patient.rs system/Observation.rs
             */
            scope: string;
        };
        /** @description What went wrong (RFC 6749 section 5.2) */
        OAuthError: {
            /**
             * @description A word of RFC 6749 section 5.2, or `slow_down`
             * @example invalid_client
             */
            error: string;
            /**
             * @description What is wrong, in a sentence
             * @example Cannot accept the client assertion: its claim 'exp' is over
             */
            error_description: string;
        };
        /** @description What a token is good for (RFC 7662) */
        Introspection: {
            /** @description Without it nothing else is said */
            active: boolean;
            /**
             * @description Scopes by blanks
             * @example system/Patient.rs system/Observation.rs
             */
            scope?: string;
            /**
             * @description Whom it was issued to
             * @example warehouse
             */
            client_id?: string;
            /**
             * @description The same
             * @example warehouse
             */
            sub?: string;
            /**
             * @description When it ends
             * @example 1795084306
             */
            exp?: number;
            /**
             * @description When it was issued
             * @example 1795084306
             */
            iat?: number;
            /** @enum {string} */
            token_type?: "Bearer";
            /**
             * @description Who issued it
             * @example http://127.0.0.1:8080
             */
            iss?: string;
            /**
             * @description The FHIR base URL it is for
             * @example http://127.0.0.1:8080/fhir
             */
            aud?: string;
            /**
             * @description Its id
             * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
             */
            jti?: string;
        };
        /** @description Public keys (RFC 7517) */
        KeySet: {
            keys: {
                /** @enum {string} */
                kty: "EC";
                /** @enum {string} */
                crv: "P-256";
                x: string;
                y: string;
                kid: string;
                /** @enum {string} */
                alg: "ES256";
                /** @enum {string} */
                use: "sig";
            }[];
        };
        /** @description SMART App Launch, "Conformance" */
        SmartConfiguration: {
            /**
             * @description Where tokens are asked for
             * @example http://127.0.0.1:8080/auth/token
             */
            token_endpoint: string;
            /**
             * @description How clients authenticate there
             * @example [
             *       "private_key_jwt"
             *     ]
             */
            token_endpoint_auth_methods_supported: string[];
            /**
             * @description `alg` of assertions
             * @example [
             *       "RS384",
             *       "ES384"
             *     ]
             */
            token_endpoint_auth_signing_alg_values_supported: string[];
            /**
             * @description For backend services there is one
             * @example [
             *       "client_credentials"
             *     ]
             */
            grant_types_supported: string[];
            /**
             * @description Some of the scopes there are
             * @example [
             *       "system/*.rs",
             *       "system/*.read"
             *     ]
             */
            scopes_supported: string[];
            /**
             * @description Where tokens are looked into
             * @example http://127.0.0.1:8080/auth/introspect
             */
            introspection_endpoint: string;
            /**
             * @description Where tokens are ended
             * @example http://127.0.0.1:8080/auth/revoke
             */
            revocation_endpoint: string;
            /**
             * @description SMART asks for it in any case
             * @example [
             *       "S256"
             *     ]
             */
            code_challenge_methods_supported: string[];
            /**
             * @description Of SMART App Launch
             * @example [
             *       "client-confidential-asymmetric",
             *       "permission-v1",
             *       "permission-v2"
             *     ]
             */
            capabilities: string[];
        };
        /** @description Authorization server metadata (RFC 8414) */
        AuthorizationServer: {
            /**
             * @description The `iss` of access tokens
             * @example http://127.0.0.1:8080
             */
            issuer: string;
            /**
             * @description The keys that sign them
             * @example http://127.0.0.1:8080/auth/jwks
             */
            jwks_uri: string;
            /**
             * @description None: there is no authorization endpoint
             * @example []
             */
            response_types_supported: string[];
            /**
             * @description Where tokens are asked for
             * @example http://127.0.0.1:8080/auth/token
             */
            token_endpoint: string;
            /**
             * @description How clients authenticate there
             * @example [
             *       "private_key_jwt"
             *     ]
             */
            token_endpoint_auth_methods_supported: string[];
            /**
             * @description `alg` of assertions
             * @example [
             *       "RS384",
             *       "ES384"
             *     ]
             */
            token_endpoint_auth_signing_alg_values_supported: string[];
            /**
             * @description For backend services there is one
             * @example [
             *       "client_credentials"
             *     ]
             */
            grant_types_supported: string[];
            /**
             * @description Some of the scopes there are
             * @example [
             *       "system/*.rs",
             *       "system/*.read"
             *     ]
             */
            scopes_supported: string[];
            /**
             * @description Where tokens are looked into
             * @example http://127.0.0.1:8080/auth/introspect
             */
            introspection_endpoint: string;
            /**
             * @description Where tokens are ended
             * @example http://127.0.0.1:8080/auth/revoke
             */
            revocation_endpoint: string;
            /**
             * @description SMART asks for it in any case
             * @example [
             *       "S256"
             *     ]
             */
            code_challenge_methods_supported: string[];
        };
        /** @description Work units, as planned */
        JobUnits: {
            units: {
                /**
                 * @description The number of the unit in its job
                 * @example 3
                 */
                ordinal: number;
                /**
                 * @description What it makes: the plan, files of a list of the manifest, the manifest
                 * @enum {string}
                 */
                kind: "plan" | "output" | "deleted" | "error" | "manifest";
                /**
                 * @description The resource type that it is about; absent where it is about several
                 * @example Observation
                 */
                type?: string;
                /**
                 * @description How its rows are read: by type, by patient, beside the compartments, in blocks
                 * @enum {string}
                 */
                source: "scan" | "walk" | "extra" | "block";
                /** @description Its rows are those behind `after` up to `end`; it has come to `at` */
                range: {
                    /** @example 1811939328000 */
                    after: number;
                    /** @example 1811939829111 */
                    end: number;
                    /** @example 1811939500000 */
                    at: number;
                };
                /**
                 * @description `completing`: a file is being joined
                 * @enum {string}
                 */
                state: "open" | "completing" | "done";
                progress: {
                    /**
                     * @description Lines written
                     * @example 12000
                     */
                    done: number;
                    /**
                     * @description Lines there will be, as planned
                     * @example 50000
                     */
                    total: number;
                };
                /**
                 * @description Failures in a row
                 * @example 0
                 */
                attempts: number;
                /**
                 * @description What failed last
                 * @example Cannot write to the storage: it does not answer
                 */
                lastError?: string;
                /**
                 * Format: date-time
                 * @description It is not tried before
                 * @example 2026-11-20T10:26:46.123Z
                 */
                restsUntil?: string;
                /** @description Somebody works on it. Absent when nobody does */
                lease?: {
                    /**
                     * @description How often the unit has been claimed: the lease
                     * @example 2
                     */
                    fence: number;
                    /**
                     * Format: date-time
                     * @description When it ends unless it is renewed
                     * @example 2026-11-20T10:26:46.123Z
                     */
                    until: string;
                };
            }[];
            /**
             * @description There are more: give this as `after` to read on. Absent at the end
             * @example 12
             */
            next?: string;
        };
        /** @description Slices that have ended, the last one first; a job keeps its last 500 */
        JobSlices: {
            slices: {
                /**
                 * @description Of its job, in the order of ends
                 * @example 17
                 */
                number: number;
                /**
                 * @description The number of the unit in its job
                 * @example 3
                 */
                unit: number;
                /**
                 * @description What it makes: the plan, files of a list of the manifest, the manifest
                 * @enum {string}
                 */
                kind: "plan" | "output" | "deleted" | "error" | "manifest";
                /**
                 * @description The resource type that it is about; absent where it is about several
                 * @example Observation
                 */
                type?: string;
                /**
                 * @description How often the unit has been claimed: the lease
                 * @example 2
                 */
                fence: number;
                /**
                 * Format: date-time
                 * @description When the unit was claimed
                 * @example 2026-11-20T10:26:46.123Z
                 */
                beganAt: string;
                /**
                 * Format: date-time
                 * @description When it was given back
                 * @example 2026-11-20T10:26:46.123Z
                 */
                endedAt: string;
                /**
                 * @description Rows read
                 * @example 4000
                 */
                rows: number;
                /**
                 * @description Bytes of them
                 * @example 2097152
                 */
                bytes: number;
                /**
                 * @description `done`: with the unit; `continues`: another slice follows
                 * @enum {string}
                 */
                outcome: "continues" | "done" | "failed";
                /**
                 * @description How it failed
                 * @example Cannot write to the storage: it does not answer
                 */
                reason?: string;
            }[];
            /**
             * @description There are more: give this as `after` to read on. Absent at the end
             * @example 12
             */
            next?: string;
        };
        /** @description Finished files, in the order of the manifest */
        JobFiles: {
            files: {
                /** @example Observation-1.ndjson */
                name: string;
                /**
                 * @description Its list in the manifest
                 * @enum {string}
                 */
                kind: "output" | "deleted" | "error";
                /**
                 * @description The resource type that it is about; absent where it is about several
                 * @example Observation
                 */
                type?: string;
                /**
                 * @description Lines, exactly
                 * @example 12000
                 */
                lines: number;
                /**
                 * @description Bytes, not compressed
                 * @example 6400000
                 */
                bytes: number;
                /**
                 * @description As the manifest has it; absent where an earlier version wrote it
                 * @example 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
                 */
                sha256?: string;
                /**
                 * @description Where this service serves it; absent with `FILE_ACCESS=storage`
                 * @example http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Observation-1.ndjson
                 */
                url?: string;
            }[];
            /**
             * @description There are more: give this as `after` to read on. Absent at the end
             * @example 12
             */
            next?: string;
        };
        /** @description Resources that could not be exported, in the order of the store */
        JobProblems: {
            problems: {
                /**
                 * @description Of the version in the store
                 * @example 1811939500000
                 */
                position: number;
                /**
                 * @description Which resource could not be exported, and why
                 * @example Cannot export Observation/o1, version 3: what is stored of it is missing, damaged or too long
                 */
                reason: string;
            }[];
            /**
             * @description There are more: give this as `after` to read on. Absent at the end
             * @example 12
             */
            next?: string;
        };
        /** @description How long the files of an export are kept: one of the two */
        JobExtension: {
            /**
             * @description By how much later its files go away
             * @example 604800
             */
            seconds?: number;
            /**
             * @description When they do; a date is its first instant in UTC
             * @example 2026-11-20T10:26:46.123Z
             */
            until?: string;
        };
        /** @description Events of the audit, the newest first */
        AuditList: {
            events: components["schemas"]["AuditedEvent"][];
            /**
             * @description There are older ones: give this as `after` to read on. Absent at the end
             * @example 1795084006123_41
             */
            next?: string;
        };
        /** @description Who did what, when, from where, and how it ended */
        AuditedEvent: {
            /**
             * @description Grows with each event
             * @example 41
             */
            id: number;
            /**
             * Format: date-time
             * @example 2026-11-20T10:26:46.123Z
             */
            recordedAt: string;
            /**
             * @example export.download
             * @enum {string}
             */
            action: "export.kick-off" | "export.end" | "export.manifest" | "export.download" | "export.cancel" | "export.delete" | "export.expire" | "export.retry" | "export.extend" | "resource.load" | "client.create" | "client.change" | "client.suspend" | "client.delete" | "token.issue" | "token.revoke" | "administrator.create" | "administrator.change" | "administrator.sign-in" | "administrator.sign-out" | "access-key.create" | "access-key.revoke" | "passkey.create" | "passkey.delete" | "access.refused";
            /** @enum {string} */
            outcome: "success" | "failure" | "refused";
            actor: {
                /**
                 * @description `open`: anybody, with `AUTH=open`. `system`: the service itself
                 * @enum {string}
                 */
                kind: "open" | "client" | "administrator" | "system" | "stranger";
                /** @example research */
                id?: string;
                /** @example Research */
                name?: string;
            };
            /**
             * @description The address that the request came from
             * @example 203.0.113.7
             */
            source?: string;
            /**
             * @description The id of the export
             * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
             */
            job?: string;
            /**
             * @description What it was done to: a Group, a file, a client, an administrator
             * @example Patient-1.ndjson
             */
            target?: string;
            /**
             * @description What else is known; it depends on the action
             * @example {
             *       "bytes": 146515
             *     }
             */
            detail: {
                [key: string]: string | number | boolean | string[];
            };
        };
        /** @description Who is signed in, or how one can */
        SessionInfo: {
            /**
             * @description `open`: nobody has to sign in
             * @enum {string}
             */
            auth: "open" | "smart";
            /**
             * Format: uri
             * @description The origin of `BASE_URL`: passkeys work on pages of this origin only
             * @example https://sluice.example.org
             */
            origin: string;
            administrator?: components["schemas"]["SignedIn"];
            /** @description Which ways to sign in there are */
            ways: {
                /** @description False where `BASE_URL` is an address, or plain http */
                passkey: boolean;
                accessKey: boolean;
                oidc: boolean;
                /** @description Cloudflare Access signs in whom it lets in */
                proxy: boolean;
                /** @description There is no administrator yet: `SETUP_TOKEN` makes the first */
                setup: boolean;
            };
        };
        /** @description The administrator who asks */
        SignedIn: {
            /** @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d */
            id: string;
            /**
             * @description What he is called
             * @example Ada
             */
            name: string;
            /**
             * @description `admin` steers the service, `viewer` sees how it does
             * @enum {string}
             */
            role: "admin" | "viewer";
            /**
             * @description How he has signed in
             * @enum {string}
             */
            method: "passkey" | "access-key" | "enrolment" | "oidc" | "proxy";
            /**
             * Format: date-time
             * @description When the session ends; absent where it is no session
             * @example 2026-11-20T10:26:46.123Z
             */
            expiresAt?: string;
        };
        /** @description How somebody signs in */
        SignInRequest: {
            /** @enum {string} */
            way: "passkey" | "access-key";
            /** @description Of the way `access-key` */
            accessKey?: string;
            /** @description Of the way `passkey`: what the browser answered; absent to ask for a challenge first */
            answer?: {
                id: string;
                rawId: string;
                /** @enum {string} */
                type: "public-key";
                response: {
                    clientDataJSON: string;
                    authenticatorData: string;
                    signature: string;
                    userHandle: string;
                };
            };
        };
        /** @description What to ask the browser for, or who is signed in now */
        SignInAnswer: {
            /** @description What a browser is asked for (`PublicKeyCredentialRequestOptionsJSON`) */
            passkey?: {
                rpId: string;
                /** @example ikfRMxWcRZvGJSVNNCPcSFa4cwU3oGmZN43ddFGG5oQ */
                challenge: string;
                /**
                 * @description Milliseconds
                 * @example 300000
                 */
                timeout: number;
                /** @enum {string} */
                userVerification: "required";
            };
            administrator?: components["schemas"]["SignedIn"];
        };
        /** @description A step of enrolling */
        EnrolmentRequest: {
            /**
             * @description The fragment of the enrolment link
             * @example f3…
             */
            secret: string;
            /**
             * @description `start` tells with whom; the others use the link up
             * @enum {string}
             */
            step: "start" | "passkey" | "access-key";
            /**
             * @description What its owner calls it
             * @example My laptop
             */
            name?: string;
            /** @description Of the step `passkey`: what the browser answered */
            answer?: {
                id: string;
                rawId: string;
                /** @enum {string} */
                type: "public-key";
                response: {
                    clientDataJSON: string;
                    attestationObject: string;
                    /** @default [] */
                    transports: string[];
                };
            };
        };
        /** @description Who enrols; at first also what to ask the browser for, where there can be passkeys */
        EnrolmentAnswer: {
            /**
             * @description What he is called
             * @example Ada
             */
            name: string;
            /**
             * @description `admin` steers the service, `viewer` sees how it does
             * @enum {string}
             */
            role: "admin" | "viewer";
            /**
             * Format: date-time
             * @description When the link ends
             * @example 2026-11-20T10:26:46.123Z
             */
            expiresAt?: string;
            /** @description What a browser is asked for (`PublicKeyCredentialCreationOptionsJSON`) */
            passkey?: {
                rp: {
                    id: string;
                    name: string;
                };
                user: {
                    id: string;
                    name: string;
                    displayName: string;
                };
                /** @example ikfRMxWcRZvGJSVNNCPcSFa4cwU3oGmZN43ddFGG5oQ */
                challenge: string;
                pubKeyCredParams: {
                    /** @enum {string} */
                    type: "public-key";
                    alg: number;
                }[];
                /**
                 * @description Milliseconds
                 * @example 300000
                 */
                timeout: number;
                excludeCredentials: {
                    /** @enum {string} */
                    type: "public-key";
                    id: string;
                }[];
                authenticatorSelection: {
                    /** @enum {string} */
                    residentKey: "required";
                    /** @enum {boolean} */
                    requireResidentKey: true;
                    /** @enum {string} */
                    userVerification: "required";
                };
                /** @enum {string} */
                attestation: "none";
            };
            /**
             * @description The key itself, which is shown this once
             * @example slk_5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d_…
             */
            accessKey?: string;
        };
        /** @description Who shall be the first administrator */
        SetupRequest: {
            setupToken: string;
            /**
             * @description What he is called
             * @example Ada
             */
            name: string;
        };
        /** @description An administrator */
        Administrator: {
            /** @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d */
            id: string;
            /**
             * @description What he is called
             * @example Ada
             */
            name: string;
            /**
             * @description `admin` steers the service, `viewer` sees how it does
             * @enum {string}
             */
            role: "admin" | "viewer";
            isSuspended: boolean;
            /** @description Who vouches for him, and knows him as whom; absent of those who enrol here */
            provider?: string;
            /**
             * Format: date-time
             * @description When he was made one
             * @example 2026-11-20T10:26:46.123Z
             */
            createdAt: string;
        };
        /** @description The first thousand administrators */
        AdministratorList: {
            administrators: components["schemas"]["Administrator"][];
        };
        /** @description A new administrator */
        AdministratorRequest: {
            /**
             * @description What he is called
             * @example Ada
             */
            name: string;
            /**
             * @description `admin` steers the service, `viewer` sees how it does
             * @default viewer
             * @enum {string}
             */
            role: "admin" | "viewer";
        };
        /** @description What shall be different of an administrator; all else stays */
        AdministratorChangeRequest: {
            /**
             * @description What he is called
             * @example Ada
             */
            name?: string;
            /**
             * @description `admin` steers the service, `viewer` sees how it does
             * @enum {string}
             */
            role?: "admin" | "viewer";
            isSuspended?: boolean;
        };
        /** @description A link to send to an administrator */
        EnrolmentLink: {
            administrator: components["schemas"]["Administrator"];
            /**
             * Format: uri
             * @description Where he enrols, once; whoever opens it first does so in his name
             * @example https://sluice.example.org/enrol#f3…
             */
            link: string;
            /**
             * Format: date-time
             * @description When it ends
             * @example 2026-11-20T10:26:46.123Z
             */
            expiresAt: string;
        };
        /** @description Access keys that were not revoked */
        AccessKeyList: {
            accessKeys: components["schemas"]["AccessKey"][];
        };
        /** @description An access key, without its secret */
        AccessKey: {
            /** @example 5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d */
            id: string;
            /**
             * @description What its owner calls it
             * @example My laptop
             */
            name: string;
            /**
             * Format: date-time
             * @description When it was made
             * @example 2026-11-20T10:26:46.123Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it ends; absent where it does not
             * @example 2026-11-20T10:26:46.123Z
             */
            expiresAt?: string;
            /**
             * Format: date-time
             * @description When it was last used, to the minute; absent where never
             * @example 2026-11-20T10:26:46.123Z
             */
            lastUsedAt?: string;
        };
        /** @description A new access key */
        AccessKeyRequest: {
            /**
             * @description What its owner calls it
             * @example My laptop
             */
            name: string;
            /**
             * @description When it shall end; absent: never; a date is its first instant in UTC
             * @example 2026-11-20T10:26:46.123Z
             */
            expiresAt?: string;
        };
        /** @description A new access key */
        NewAccessKey: {
            accessKey: components["schemas"]["AccessKey"];
            /**
             * @description The key itself, which is shown this once
             * @example slk_5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d_…
             */
            text: string;
        };
        /** @description Passkeys, the oldest first */
        PasskeyList: {
            passkeys: components["schemas"]["Passkey"][];
        };
        /** @description A passkey */
        Passkey: {
            /** @example AQIDBAUGBwgJCgsMDQ4PEA */
            id: string;
            /**
             * @description What its owner calls it
             * @example My laptop
             */
            name: string;
            /**
             * Format: date-time
             * @description When it was added
             * @example 2026-11-20T10:26:46.123Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When somebody last signed in with it; absent where nobody has
             * @example 2026-11-20T10:26:46.123Z
             */
            lastUsedAt?: string;
        };
        /** @description A passkey to be added */
        PasskeyRequest: {
            /**
             * @description What its owner calls it
             * @example My laptop
             */
            name?: string;
            /** @description What the browser answered; absent to ask for a challenge first */
            answer?: {
                id: string;
                rawId: string;
                /** @enum {string} */
                type: "public-key";
                response: {
                    clientDataJSON: string;
                    attestationObject: string;
                    /** @default [] */
                    transports: string[];
                };
            };
        };
        /** @description What to ask the browser for, or the passkey that was added */
        PasskeyAnswer: {
            /** @description What a browser is asked for (`PublicKeyCredentialCreationOptionsJSON`) */
            options?: {
                rp: {
                    id: string;
                    name: string;
                };
                user: {
                    id: string;
                    name: string;
                    displayName: string;
                };
                /** @example ikfRMxWcRZvGJSVNNCPcSFa4cwU3oGmZN43ddFGG5oQ */
                challenge: string;
                pubKeyCredParams: {
                    /** @enum {string} */
                    type: "public-key";
                    alg: number;
                }[];
                /**
                 * @description Milliseconds
                 * @example 300000
                 */
                timeout: number;
                excludeCredentials: {
                    /** @enum {string} */
                    type: "public-key";
                    id: string;
                }[];
                authenticatorSelection: {
                    /** @enum {string} */
                    residentKey: "required";
                    /** @enum {boolean} */
                    requireResidentKey: true;
                    /** @enum {string} */
                    userVerification: "required";
                };
                /** @enum {string} */
                attestation: "none";
            };
            passkey?: components["schemas"]["Passkey"];
        };
        /** @description Sessions, the youngest first */
        SessionList: {
            sessions: components["schemas"]["Session"][];
        };
        /** @description A session */
        Session: {
            /** @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d */
            id: string;
            /**
             * @description How he has signed in
             * @enum {string}
             */
            method: "passkey" | "access-key" | "enrolment" | "oidc" | "proxy";
            /**
             * @description Where from, if known
             * @example 192.0.2.7
             */
            source?: string;
            /**
             * Format: date-time
             * @description When it began
             * @example 2026-11-20T10:26:46.123Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it was last used, to five minutes
             * @example 2026-11-20T10:26:46.123Z
             */
            lastSeenAt: string;
            /**
             * Format: date-time
             * @description When it ends
             * @example 2026-11-20T10:26:46.123Z
             */
            expiresAt: string;
            /** @description Whether this request was made in it */
            isThis: boolean;
        };
    };
    responses: {
        /** @description A parameter, header or body is malformed or not supported */
        Error400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "invalid",
                 *           "diagnostics": "A parameter, header or body is malformed or not supported"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description There are no credentials, or they are not good; `WWW-Authenticate` says which */
        Error401: {
            headers: {
                /**
                 * @description RFC 6750 section 3
                 * @example Bearer realm="fhir", error="invalid_token"
                 */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "login",
                 *           "diagnostics": "There are no credentials, or they are not good; `WWW-Authenticate` says which"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description This client may not do this */
        Error403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "forbidden",
                 *           "diagnostics": "This client may not do this"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description There is no such thing here, or no longer */
        Error404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "not-found",
                 *           "diagnostics": "There is no such thing here, or no longer"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description Accept, `_format` or Accept-Encoding refuses everything that can be sent */
        Error406: {
            headers: {
                /**
                 * @description Answers differ by this header of the request
                 * @example Accept-Encoding
                 */
                Vary?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "not-supported",
                 *           "diagnostics": "Accept, `_format` or Accept-Encoding refuses everything that can be sent"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description Another request was quicker; send it again */
        Error409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "conflict",
                 *           "diagnostics": "Another request was quicker; send it again"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The resource was deleted */
        Error410: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "deleted",
                 *           "diagnostics": "The resource was deleted"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The condition of the request does not hold */
        Error412: {
            headers: {
                /**
                 * @description Answers differ by this header of the request
                 * @example Accept-Encoding
                 */
                Vary?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "conflict",
                 *           "diagnostics": "The condition of the request does not hold"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The body is too large */
        Error413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "too-long",
                 *           "diagnostics": "The body is too large"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The Content-Type or Content-Encoding of the body is not one of those accepted */
        Error415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "not-supported",
                 *           "diagnostics": "The Content-Type or Content-Encoding of the body is not one of those accepted"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The range lies behind the end of the file */
        Error416: {
            headers: {
                /**
                 * @description How many bytes there are
                 * @example bytes *\/146515
                 */
                "Content-Range"?: string;
                /**
                 * @description Answers differ by this header of the request
                 * @example Accept-Encoding
                 */
                Vary?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "invalid",
                 *           "diagnostics": "The range lies behind the end of the file"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The Idempotency-Key came with another request before */
        Error422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "business-rule",
                 *           "diagnostics": "The Idempotency-Key came with another request before"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description Too many at once; try again after Retry-After */
        Error429: {
            headers: {
                /**
                 * @description Whole seconds to wait before asking again
                 * @example 2
                 */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "throttled",
                 *           "diagnostics": "Too many at once; try again after Retry-After"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The export failed */
        Error500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "processing",
                 *           "diagnostics": "The export failed"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The server is configured not to do this */
        Error501: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "not-supported",
                 *           "diagnostics": "The server is configured not to do this"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
        /** @description The database or the storage does not answer now; try again after Retry-After */
        Error503: {
            headers: {
                /**
                 * @description Whole seconds to wait before asking again
                 * @example 2
                 */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "resourceType": "OperationOutcome",
                 *       "issue": [
                 *         {
                 *           "severity": "error",
                 *           "code": "transient",
                 *           "diagnostics": "The database or the storage does not answer now; try again after Retry-After"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": components["schemas"]["OperationOutcome"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    kickOffSystemExport: {
        parameters: {
            query?: {
                /**
                 * @description NDJSON, in one of its three spellings: `application/fhir+ndjson`, `application/ndjson`, `ndjson`
                 * @example application/fhir+ndjson
                 */
                _outputFormat?: string;
                /**
                 * @description Resource types, comma-separated or repeated; absent: all
                 * @example [
                 *       "Patient",
                 *       "Observation"
                 *     ]
                 */
                _type?: string[];
                /**
                 * @description Root elements to keep, comma-separated or repeated: `Patient.birthDate`, or `birthDate` of every type that has it; mandatory ones stay anyway, and what is cut is tagged `SUBSETTED`. Types that nothing is said of stay whole; absent: all do
                 * @example [
                 *       "Patient.birthDate",
                 *       "Observation.code",
                 *       "Observation.value"
                 *     ]
                 */
                _elements?: string[];
                /**
                 * @description Only resources changed after this instant; a date means its first instant in UTC, `job:` and the id of a completed export its `transactionTime`
                 * @example 2026-01-01T00:00:00Z
                 */
                _since?: string;
                /**
                 * @description Only resources whose current version was written before this instant
                 * @example 2026-02-01T00:00:00Z
                 */
                _until?: string;
                /**
                 * @description The same as `_until`
                 * @example 2026-02-01T00:00:00Z
                 */
                _till?: string;
                /**
                 * @description Rows of a page, at most 10,000
                 * @example 1000
                 */
                _maxCount?: number;
                /**
                 * @description The same as `_maxCount`
                 * @example 1000
                 */
                fetchResourceBatchSize?: number;
                /**
                 * @description Most patients of a query, up to 10,000
                 * @example 100
                 */
                patientReferenceBatchSize?: number;
                /**
                 * @description Bytes of a part of an upload: at most twice `PART_BYTES`, at least 5 MiB where the storage is S3
                 * @example 8388608
                 */
                uploadPartSize?: number;
                /**
                 * @description What the service logs of this export: `debug`, `info`, `warn` or `error`
                 * @example debug
                 */
                loglevel?: string;
                /**
                 * @description `false`: one work unit of this export is advanced at a time; `true` changes nothing
                 * @example false
                 */
                _isParallel?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                requestsMemory?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                ram?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                limitsMemory?: string;
                /**
                 * @description Seconds that the list of the patients exported is kept after the end, no longer than the files
                 * @example 3600
                 */
                ttlSecondsAfterFinished?: number;
                /**
                 * @description `true`: the manifest may come in pages, and the first of them while the export still runs
                 * @example true
                 */
                allowPartialManifests?: string;
                /**
                 * @description `true` starts nothing and answers what the export would be: resources and bytes by type, files and seconds
                 * @example false
                 */
                _dryRun?: string;
                /**
                 * @description `Patient`: files hold blocks, each of a header, a Patient and what is his, instead of one type; what belongs to no patient is left out
                 * @example Patient
                 */
                organizeOutputBy?: string;
                /**
                 * @description What comes beside the resources themselves, comma-separated or repeated: `LatestProvenanceResources` or `RelevantProvenanceResources`, the latest Provenance of each exported resource or all of it; `_history`, every version; `_deleted`, deletions also without `_since`
                 * @example [
                 *       "LatestProvenanceResources"
                 *     ]
                 */
                includeAssociatedData?: string[];
            };
            header?: {
                /**
                 * @description Of your own making, 1 to 255 visible ASCII characters: the same request with the same key gets the same export, not a second one
                 * @example "4e8f64a3-3a2c-4d0e-9a3d-3f3f5c6b7a8d"
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description `respond-async`, which is done in any case unless `HEADERS` is `strict`; `handling=lenient` ignores parameters that are not supported, and reports them; `separate-export-status` makes status requests answer 200, with the status of the export in `X-Export-Status`
                 * @example respond-async, handling=lenient
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `_dryRun`: what the export would be, as a Parameters resource; nothing was started */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Parameters",
                     *       "parameter": [
                     *         {
                     *           "name": "level",
                     *           "valueCode": "system"
                     *         },
                     *         {
                     *           "name": "transactionTime",
                     *           "valueInstant": "2026-11-20T10:26:46.123Z"
                     *         },
                     *         {
                     *           "name": "isExact",
                     *           "valueBoolean": true
                     *         },
                     *         {
                     *           "name": "count",
                     *           "valueDecimal": 615
                     *         },
                     *         {
                     *           "name": "bytes",
                     *           "valueDecimal": 1468233
                     *         },
                     *         {
                     *           "name": "files",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "seconds",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "bytesPerSecond",
                     *           "valueDecimal": 20000000
                     *         },
                     *         {
                     *           "name": "speedIsMeasured",
                     *           "valueBoolean": false
                     *         },
                     *         {
                     *           "name": "type",
                     *           "part": [
                     *             {
                     *               "name": "type",
                     *               "valueCode": "Patient"
                     *             },
                     *             {
                     *               "name": "count",
                     *               "valueDecimal": 615
                     *             },
                     *             {
                     *               "name": "bytes",
                     *               "valueDecimal": 1468233
                     *             },
                     *             {
                     *               "name": "isExact",
                     *               "valueBoolean": true
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            /** @description Accepted: the job is at the URL in Content-Location */
            202: {
                headers: {
                    /**
                     * @description The absolute URL of the status request
                     * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                     */
                    "Content-Location"?: string;
                    /**
                     * @description Only where `separate-export-status` was asked for: what was applied of `Prefer`
                     * @example respond-async, separate-export-status
                     */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export was accepted"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            406: components["responses"]["Error406"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            501: components["responses"]["Error501"];
            503: components["responses"]["Error503"];
        };
    };
    kickOffSystemExportByPost: {
        parameters: {
            query?: {
                /**
                 * @description NDJSON, in one of its three spellings: `application/fhir+ndjson`, `application/ndjson`, `ndjson`
                 * @example application/fhir+ndjson
                 */
                _outputFormat?: string;
                /**
                 * @description Resource types, comma-separated or repeated; absent: all
                 * @example [
                 *       "Patient",
                 *       "Observation"
                 *     ]
                 */
                _type?: string[];
                /**
                 * @description Root elements to keep, comma-separated or repeated: `Patient.birthDate`, or `birthDate` of every type that has it; mandatory ones stay anyway, and what is cut is tagged `SUBSETTED`. Types that nothing is said of stay whole; absent: all do
                 * @example [
                 *       "Patient.birthDate",
                 *       "Observation.code",
                 *       "Observation.value"
                 *     ]
                 */
                _elements?: string[];
                /**
                 * @description Only resources changed after this instant; a date means its first instant in UTC, `job:` and the id of a completed export its `transactionTime`
                 * @example 2026-01-01T00:00:00Z
                 */
                _since?: string;
                /**
                 * @description Only resources whose current version was written before this instant
                 * @example 2026-02-01T00:00:00Z
                 */
                _until?: string;
                /**
                 * @description The same as `_until`
                 * @example 2026-02-01T00:00:00Z
                 */
                _till?: string;
                /**
                 * @description Rows of a page, at most 10,000
                 * @example 1000
                 */
                _maxCount?: number;
                /**
                 * @description The same as `_maxCount`
                 * @example 1000
                 */
                fetchResourceBatchSize?: number;
                /**
                 * @description Most patients of a query, up to 10,000
                 * @example 100
                 */
                patientReferenceBatchSize?: number;
                /**
                 * @description Bytes of a part of an upload: at most twice `PART_BYTES`, at least 5 MiB where the storage is S3
                 * @example 8388608
                 */
                uploadPartSize?: number;
                /**
                 * @description What the service logs of this export: `debug`, `info`, `warn` or `error`
                 * @example debug
                 */
                loglevel?: string;
                /**
                 * @description `false`: one work unit of this export is advanced at a time; `true` changes nothing
                 * @example false
                 */
                _isParallel?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                requestsMemory?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                ram?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                limitsMemory?: string;
                /**
                 * @description Seconds that the list of the patients exported is kept after the end, no longer than the files
                 * @example 3600
                 */
                ttlSecondsAfterFinished?: number;
                /**
                 * @description `true`: the manifest may come in pages, and the first of them while the export still runs
                 * @example true
                 */
                allowPartialManifests?: string;
                /**
                 * @description `true` starts nothing and answers what the export would be: resources and bytes by type, files and seconds
                 * @example false
                 */
                _dryRun?: string;
                /**
                 * @description `Patient`: files hold blocks, each of a header, a Patient and what is his, instead of one type; what belongs to no patient is left out
                 * @example Patient
                 */
                organizeOutputBy?: string;
                /**
                 * @description What comes beside the resources themselves, comma-separated or repeated: `LatestProvenanceResources` or `RelevantProvenanceResources`, the latest Provenance of each exported resource or all of it; `_history`, every version; `_deleted`, deletions also without `_since`
                 * @example [
                 *       "LatestProvenanceResources"
                 *     ]
                 */
                includeAssociatedData?: string[];
            };
            header?: {
                /**
                 * @description Of your own making, 1 to 255 visible ASCII characters: the same request with the same key gets the same export, not a second one
                 * @example "4e8f64a3-3a2c-4d0e-9a3d-3f3f5c6b7a8d"
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description `respond-async`, which is done in any case unless `HEADERS` is `strict`; `handling=lenient` ignores parameters that are not supported, and reports them; `separate-export-status` makes status requests answer 200, with the status of the export in `X-Export-Status`
                 * @example respond-async, handling=lenient
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A FHIR Parameters resource; without a body the query says it all */
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "_type",
                 *           "valueString": "Patient,Observation"
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": {
                    [key: string]: unknown;
                };
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "_type",
                 *           "valueString": "Patient,Observation"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description With `_dryRun`: what the export would be, as a Parameters resource; nothing was started */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Parameters",
                     *       "parameter": [
                     *         {
                     *           "name": "level",
                     *           "valueCode": "system"
                     *         },
                     *         {
                     *           "name": "transactionTime",
                     *           "valueInstant": "2026-11-20T10:26:46.123Z"
                     *         },
                     *         {
                     *           "name": "isExact",
                     *           "valueBoolean": true
                     *         },
                     *         {
                     *           "name": "count",
                     *           "valueDecimal": 615
                     *         },
                     *         {
                     *           "name": "bytes",
                     *           "valueDecimal": 1468233
                     *         },
                     *         {
                     *           "name": "files",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "seconds",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "bytesPerSecond",
                     *           "valueDecimal": 20000000
                     *         },
                     *         {
                     *           "name": "speedIsMeasured",
                     *           "valueBoolean": false
                     *         },
                     *         {
                     *           "name": "type",
                     *           "part": [
                     *             {
                     *               "name": "type",
                     *               "valueCode": "Patient"
                     *             },
                     *             {
                     *               "name": "count",
                     *               "valueDecimal": 615
                     *             },
                     *             {
                     *               "name": "bytes",
                     *               "valueDecimal": 1468233
                     *             },
                     *             {
                     *               "name": "isExact",
                     *               "valueBoolean": true
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            /** @description Accepted: the job is at the URL in Content-Location */
            202: {
                headers: {
                    /**
                     * @description The absolute URL of the status request
                     * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                     */
                    "Content-Location"?: string;
                    /**
                     * @description Only where `separate-export-status` was asked for: what was applied of `Prefer`
                     * @example respond-async, separate-export-status
                     */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export was accepted"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            406: components["responses"]["Error406"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            501: components["responses"]["Error501"];
            503: components["responses"]["Error503"];
        };
    };
    kickOffPatientExport: {
        parameters: {
            query?: {
                /**
                 * @description NDJSON, in one of its three spellings: `application/fhir+ndjson`, `application/ndjson`, `ndjson`
                 * @example application/fhir+ndjson
                 */
                _outputFormat?: string;
                /**
                 * @description Resource types, comma-separated or repeated; absent: all
                 * @example [
                 *       "Patient",
                 *       "Observation"
                 *     ]
                 */
                _type?: string[];
                /**
                 * @description Root elements to keep, comma-separated or repeated: `Patient.birthDate`, or `birthDate` of every type that has it; mandatory ones stay anyway, and what is cut is tagged `SUBSETTED`. Types that nothing is said of stay whole; absent: all do
                 * @example [
                 *       "Patient.birthDate",
                 *       "Observation.code",
                 *       "Observation.value"
                 *     ]
                 */
                _elements?: string[];
                /**
                 * @description Only resources changed after this instant; a date means its first instant in UTC, `job:` and the id of a completed export its `transactionTime`
                 * @example 2026-01-01T00:00:00Z
                 */
                _since?: string;
                /**
                 * @description Only resources whose current version was written before this instant
                 * @example 2026-02-01T00:00:00Z
                 */
                _until?: string;
                /**
                 * @description The same as `_until`
                 * @example 2026-02-01T00:00:00Z
                 */
                _till?: string;
                /**
                 * @description Rows of a page, at most 10,000
                 * @example 1000
                 */
                _maxCount?: number;
                /**
                 * @description The same as `_maxCount`
                 * @example 1000
                 */
                fetchResourceBatchSize?: number;
                /**
                 * @description Most patients of a query, up to 10,000
                 * @example 100
                 */
                patientReferenceBatchSize?: number;
                /**
                 * @description Bytes of a part of an upload: at most twice `PART_BYTES`, at least 5 MiB where the storage is S3
                 * @example 8388608
                 */
                uploadPartSize?: number;
                /**
                 * @description What the service logs of this export: `debug`, `info`, `warn` or `error`
                 * @example debug
                 */
                loglevel?: string;
                /**
                 * @description `false`: one work unit of this export is advanced at a time; `true` changes nothing
                 * @example false
                 */
                _isParallel?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                requestsMemory?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                ram?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                limitsMemory?: string;
                /**
                 * @description Seconds that the list of the patients exported is kept after the end, no longer than the files
                 * @example 3600
                 */
                ttlSecondsAfterFinished?: number;
                /**
                 * @description `true`: the manifest may come in pages, and the first of them while the export still runs
                 * @example true
                 */
                allowPartialManifests?: string;
                /**
                 * @description `true` starts nothing and answers what the export would be: resources and bytes by type, files and seconds
                 * @example false
                 */
                _dryRun?: string;
                /**
                 * @description `Patient`: files hold blocks, each of a header, a Patient and what is his, instead of one type; what belongs to no patient is left out
                 * @example Patient
                 */
                organizeOutputBy?: string;
                /**
                 * @description What comes beside the resources themselves, comma-separated or repeated: `LatestProvenanceResources` or `RelevantProvenanceResources`, the latest Provenance of each exported resource or all of it; `_history`, every version; `_deleted`, deletions also without `_since`
                 * @example [
                 *       "LatestProvenanceResources"
                 *     ]
                 */
                includeAssociatedData?: string[];
            };
            header?: {
                /**
                 * @description Of your own making, 1 to 255 visible ASCII characters: the same request with the same key gets the same export, not a second one
                 * @example "4e8f64a3-3a2c-4d0e-9a3d-3f3f5c6b7a8d"
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description `respond-async`, which is done in any case unless `HEADERS` is `strict`; `handling=lenient` ignores parameters that are not supported, and reports them; `separate-export-status` makes status requests answer 200, with the status of the export in `X-Export-Status`
                 * @example respond-async, handling=lenient
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `_dryRun`: what the export would be, as a Parameters resource; nothing was started */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Parameters",
                     *       "parameter": [
                     *         {
                     *           "name": "level",
                     *           "valueCode": "system"
                     *         },
                     *         {
                     *           "name": "transactionTime",
                     *           "valueInstant": "2026-11-20T10:26:46.123Z"
                     *         },
                     *         {
                     *           "name": "isExact",
                     *           "valueBoolean": true
                     *         },
                     *         {
                     *           "name": "count",
                     *           "valueDecimal": 615
                     *         },
                     *         {
                     *           "name": "bytes",
                     *           "valueDecimal": 1468233
                     *         },
                     *         {
                     *           "name": "files",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "seconds",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "bytesPerSecond",
                     *           "valueDecimal": 20000000
                     *         },
                     *         {
                     *           "name": "speedIsMeasured",
                     *           "valueBoolean": false
                     *         },
                     *         {
                     *           "name": "type",
                     *           "part": [
                     *             {
                     *               "name": "type",
                     *               "valueCode": "Patient"
                     *             },
                     *             {
                     *               "name": "count",
                     *               "valueDecimal": 615
                     *             },
                     *             {
                     *               "name": "bytes",
                     *               "valueDecimal": 1468233
                     *             },
                     *             {
                     *               "name": "isExact",
                     *               "valueBoolean": true
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            /** @description Accepted: the job is at the URL in Content-Location */
            202: {
                headers: {
                    /**
                     * @description The absolute URL of the status request
                     * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                     */
                    "Content-Location"?: string;
                    /**
                     * @description Only where `separate-export-status` was asked for: what was applied of `Prefer`
                     * @example respond-async, separate-export-status
                     */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export was accepted"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            406: components["responses"]["Error406"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            501: components["responses"]["Error501"];
            503: components["responses"]["Error503"];
        };
    };
    kickOffPatientExportByPost: {
        parameters: {
            query?: {
                /**
                 * @description NDJSON, in one of its three spellings: `application/fhir+ndjson`, `application/ndjson`, `ndjson`
                 * @example application/fhir+ndjson
                 */
                _outputFormat?: string;
                /**
                 * @description Resource types, comma-separated or repeated; absent: all
                 * @example [
                 *       "Patient",
                 *       "Observation"
                 *     ]
                 */
                _type?: string[];
                /**
                 * @description Root elements to keep, comma-separated or repeated: `Patient.birthDate`, or `birthDate` of every type that has it; mandatory ones stay anyway, and what is cut is tagged `SUBSETTED`. Types that nothing is said of stay whole; absent: all do
                 * @example [
                 *       "Patient.birthDate",
                 *       "Observation.code",
                 *       "Observation.value"
                 *     ]
                 */
                _elements?: string[];
                /**
                 * @description Only resources changed after this instant; a date means its first instant in UTC, `job:` and the id of a completed export its `transactionTime`
                 * @example 2026-01-01T00:00:00Z
                 */
                _since?: string;
                /**
                 * @description Only resources whose current version was written before this instant
                 * @example 2026-02-01T00:00:00Z
                 */
                _until?: string;
                /**
                 * @description The same as `_until`
                 * @example 2026-02-01T00:00:00Z
                 */
                _till?: string;
                /**
                 * @description Rows of a page, at most 10,000
                 * @example 1000
                 */
                _maxCount?: number;
                /**
                 * @description The same as `_maxCount`
                 * @example 1000
                 */
                fetchResourceBatchSize?: number;
                /**
                 * @description Most patients of a query, up to 10,000
                 * @example 100
                 */
                patientReferenceBatchSize?: number;
                /**
                 * @description Bytes of a part of an upload: at most twice `PART_BYTES`, at least 5 MiB where the storage is S3
                 * @example 8388608
                 */
                uploadPartSize?: number;
                /**
                 * @description What the service logs of this export: `debug`, `info`, `warn` or `error`
                 * @example debug
                 */
                loglevel?: string;
                /**
                 * @description `false`: one work unit of this export is advanced at a time; `true` changes nothing
                 * @example false
                 */
                _isParallel?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                requestsMemory?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                ram?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                limitsMemory?: string;
                /**
                 * @description Seconds that the list of the patients exported is kept after the end, no longer than the files
                 * @example 3600
                 */
                ttlSecondsAfterFinished?: number;
                /**
                 * @description `true`: the manifest may come in pages, and the first of them while the export still runs
                 * @example true
                 */
                allowPartialManifests?: string;
                /**
                 * @description `true` starts nothing and answers what the export would be: resources and bytes by type, files and seconds
                 * @example false
                 */
                _dryRun?: string;
                /**
                 * @description `Patient`: files hold blocks, each of a header, a Patient and what is his, instead of one type; what belongs to no patient is left out
                 * @example Patient
                 */
                organizeOutputBy?: string;
                /**
                 * @description What comes beside the resources themselves, comma-separated or repeated: `LatestProvenanceResources` or `RelevantProvenanceResources`, the latest Provenance of each exported resource or all of it; `_history`, every version; `_deleted`, deletions also without `_since`
                 * @example [
                 *       "LatestProvenanceResources"
                 *     ]
                 */
                includeAssociatedData?: string[];
                /**
                 * @description Only these patients, comma-separated or repeated, as `Patient/1` or `1`
                 * @example [
                 *       "Patient/example"
                 *     ]
                 */
                patient?: string[];
            };
            header?: {
                /**
                 * @description Of your own making, 1 to 255 visible ASCII characters: the same request with the same key gets the same export, not a second one
                 * @example "4e8f64a3-3a2c-4d0e-9a3d-3f3f5c6b7a8d"
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description `respond-async`, which is done in any case unless `HEADERS` is `strict`; `handling=lenient` ignores parameters that are not supported, and reports them; `separate-export-status` makes status requests answer 200, with the status of the export in `X-Export-Status`
                 * @example respond-async, handling=lenient
                 */
                Prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description A FHIR Parameters resource; without a body the query says it all */
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "_type",
                 *           "valueString": "Patient,Observation"
                 *         },
                 *         {
                 *           "name": "patient",
                 *           "valueReference": {
                 *             "reference": "Patient/example"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": {
                    [key: string]: unknown;
                };
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "_type",
                 *           "valueString": "Patient,Observation"
                 *         },
                 *         {
                 *           "name": "patient",
                 *           "valueReference": {
                 *             "reference": "Patient/example"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description With `_dryRun`: what the export would be, as a Parameters resource; nothing was started */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Parameters",
                     *       "parameter": [
                     *         {
                     *           "name": "level",
                     *           "valueCode": "system"
                     *         },
                     *         {
                     *           "name": "transactionTime",
                     *           "valueInstant": "2026-11-20T10:26:46.123Z"
                     *         },
                     *         {
                     *           "name": "isExact",
                     *           "valueBoolean": true
                     *         },
                     *         {
                     *           "name": "count",
                     *           "valueDecimal": 615
                     *         },
                     *         {
                     *           "name": "bytes",
                     *           "valueDecimal": 1468233
                     *         },
                     *         {
                     *           "name": "files",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "seconds",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "bytesPerSecond",
                     *           "valueDecimal": 20000000
                     *         },
                     *         {
                     *           "name": "speedIsMeasured",
                     *           "valueBoolean": false
                     *         },
                     *         {
                     *           "name": "type",
                     *           "part": [
                     *             {
                     *               "name": "type",
                     *               "valueCode": "Patient"
                     *             },
                     *             {
                     *               "name": "count",
                     *               "valueDecimal": 615
                     *             },
                     *             {
                     *               "name": "bytes",
                     *               "valueDecimal": 1468233
                     *             },
                     *             {
                     *               "name": "isExact",
                     *               "valueBoolean": true
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            /** @description Accepted: the job is at the URL in Content-Location */
            202: {
                headers: {
                    /**
                     * @description The absolute URL of the status request
                     * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                     */
                    "Content-Location"?: string;
                    /**
                     * @description Only where `separate-export-status` was asked for: what was applied of `Prefer`
                     * @example respond-async, separate-export-status
                     */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export was accepted"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            406: components["responses"]["Error406"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            501: components["responses"]["Error501"];
            503: components["responses"]["Error503"];
        };
    };
    kickOffGroupExport: {
        parameters: {
            query?: {
                /**
                 * @description NDJSON, in one of its three spellings: `application/fhir+ndjson`, `application/ndjson`, `ndjson`
                 * @example application/fhir+ndjson
                 */
                _outputFormat?: string;
                /**
                 * @description Resource types, comma-separated or repeated; absent: all
                 * @example [
                 *       "Patient",
                 *       "Observation"
                 *     ]
                 */
                _type?: string[];
                /**
                 * @description Root elements to keep, comma-separated or repeated: `Patient.birthDate`, or `birthDate` of every type that has it; mandatory ones stay anyway, and what is cut is tagged `SUBSETTED`. Types that nothing is said of stay whole; absent: all do
                 * @example [
                 *       "Patient.birthDate",
                 *       "Observation.code",
                 *       "Observation.value"
                 *     ]
                 */
                _elements?: string[];
                /**
                 * @description Only resources changed after this instant; a date means its first instant in UTC, `job:` and the id of a completed export its `transactionTime`
                 * @example 2026-01-01T00:00:00Z
                 */
                _since?: string;
                /**
                 * @description Only resources whose current version was written before this instant
                 * @example 2026-02-01T00:00:00Z
                 */
                _until?: string;
                /**
                 * @description The same as `_until`
                 * @example 2026-02-01T00:00:00Z
                 */
                _till?: string;
                /**
                 * @description Rows of a page, at most 10,000
                 * @example 1000
                 */
                _maxCount?: number;
                /**
                 * @description The same as `_maxCount`
                 * @example 1000
                 */
                fetchResourceBatchSize?: number;
                /**
                 * @description Most patients of a query, up to 10,000
                 * @example 100
                 */
                patientReferenceBatchSize?: number;
                /**
                 * @description Bytes of a part of an upload: at most twice `PART_BYTES`, at least 5 MiB where the storage is S3
                 * @example 8388608
                 */
                uploadPartSize?: number;
                /**
                 * @description What the service logs of this export: `debug`, `info`, `warn` or `error`
                 * @example debug
                 */
                loglevel?: string;
                /**
                 * @description `false`: one work unit of this export is advanced at a time; `true` changes nothing
                 * @example false
                 */
                _isParallel?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                requestsMemory?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                ram?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                limitsMemory?: string;
                /**
                 * @description Seconds that the list of the patients exported is kept after the end, no longer than the files
                 * @example 3600
                 */
                ttlSecondsAfterFinished?: number;
                /**
                 * @description `true`: the manifest may come in pages, and the first of them while the export still runs
                 * @example true
                 */
                allowPartialManifests?: string;
                /**
                 * @description `true` starts nothing and answers what the export would be: resources and bytes by type, files and seconds
                 * @example false
                 */
                _dryRun?: string;
                /**
                 * @description `Patient`: files hold blocks, each of a header, a Patient and what is his, instead of one type; what belongs to no patient is left out
                 * @example Patient
                 */
                organizeOutputBy?: string;
                /**
                 * @description What comes beside the resources themselves, comma-separated or repeated: `LatestProvenanceResources` or `RelevantProvenanceResources`, the latest Provenance of each exported resource or all of it; `_history`, every version; `_deleted`, deletions also without `_since`
                 * @example [
                 *       "LatestProvenanceResources"
                 *     ]
                 */
                includeAssociatedData?: string[];
            };
            header?: {
                /**
                 * @description Of your own making, 1 to 255 visible ASCII characters: the same request with the same key gets the same export, not a second one
                 * @example "4e8f64a3-3a2c-4d0e-9a3d-3f3f5c6b7a8d"
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description `respond-async`, which is done in any case unless `HEADERS` is `strict`; `handling=lenient` ignores parameters that are not supported, and reports them; `separate-export-status` makes status requests answer 200, with the status of the export in `X-Export-Status`
                 * @example respond-async, handling=lenient
                 */
                Prefer?: string;
            };
            path: {
                /**
                 * @description The id of the Group
                 * @example example
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `_dryRun`: what the export would be, as a Parameters resource; nothing was started */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Parameters",
                     *       "parameter": [
                     *         {
                     *           "name": "level",
                     *           "valueCode": "system"
                     *         },
                     *         {
                     *           "name": "transactionTime",
                     *           "valueInstant": "2026-11-20T10:26:46.123Z"
                     *         },
                     *         {
                     *           "name": "isExact",
                     *           "valueBoolean": true
                     *         },
                     *         {
                     *           "name": "count",
                     *           "valueDecimal": 615
                     *         },
                     *         {
                     *           "name": "bytes",
                     *           "valueDecimal": 1468233
                     *         },
                     *         {
                     *           "name": "files",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "seconds",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "bytesPerSecond",
                     *           "valueDecimal": 20000000
                     *         },
                     *         {
                     *           "name": "speedIsMeasured",
                     *           "valueBoolean": false
                     *         },
                     *         {
                     *           "name": "type",
                     *           "part": [
                     *             {
                     *               "name": "type",
                     *               "valueCode": "Patient"
                     *             },
                     *             {
                     *               "name": "count",
                     *               "valueDecimal": 615
                     *             },
                     *             {
                     *               "name": "bytes",
                     *               "valueDecimal": 1468233
                     *             },
                     *             {
                     *               "name": "isExact",
                     *               "valueBoolean": true
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            /** @description Accepted: the job is at the URL in Content-Location */
            202: {
                headers: {
                    /**
                     * @description The absolute URL of the status request
                     * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                     */
                    "Content-Location"?: string;
                    /**
                     * @description Only where `separate-export-status` was asked for: what was applied of `Prefer`
                     * @example respond-async, separate-export-status
                     */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export was accepted"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            501: components["responses"]["Error501"];
            503: components["responses"]["Error503"];
        };
    };
    kickOffGroupExportByPost: {
        parameters: {
            query?: {
                /**
                 * @description NDJSON, in one of its three spellings: `application/fhir+ndjson`, `application/ndjson`, `ndjson`
                 * @example application/fhir+ndjson
                 */
                _outputFormat?: string;
                /**
                 * @description Resource types, comma-separated or repeated; absent: all
                 * @example [
                 *       "Patient",
                 *       "Observation"
                 *     ]
                 */
                _type?: string[];
                /**
                 * @description Root elements to keep, comma-separated or repeated: `Patient.birthDate`, or `birthDate` of every type that has it; mandatory ones stay anyway, and what is cut is tagged `SUBSETTED`. Types that nothing is said of stay whole; absent: all do
                 * @example [
                 *       "Patient.birthDate",
                 *       "Observation.code",
                 *       "Observation.value"
                 *     ]
                 */
                _elements?: string[];
                /**
                 * @description Only resources changed after this instant; a date means its first instant in UTC, `job:` and the id of a completed export its `transactionTime`
                 * @example 2026-01-01T00:00:00Z
                 */
                _since?: string;
                /**
                 * @description Only resources whose current version was written before this instant
                 * @example 2026-02-01T00:00:00Z
                 */
                _until?: string;
                /**
                 * @description The same as `_until`
                 * @example 2026-02-01T00:00:00Z
                 */
                _till?: string;
                /**
                 * @description Rows of a page, at most 10,000
                 * @example 1000
                 */
                _maxCount?: number;
                /**
                 * @description The same as `_maxCount`
                 * @example 1000
                 */
                fetchResourceBatchSize?: number;
                /**
                 * @description Most patients of a query, up to 10,000
                 * @example 100
                 */
                patientReferenceBatchSize?: number;
                /**
                 * @description Bytes of a part of an upload: at most twice `PART_BYTES`, at least 5 MiB where the storage is S3
                 * @example 8388608
                 */
                uploadPartSize?: number;
                /**
                 * @description What the service logs of this export: `debug`, `info`, `warn` or `error`
                 * @example debug
                 */
                loglevel?: string;
                /**
                 * @description `false`: one work unit of this export is advanced at a time; `true` changes nothing
                 * @example false
                 */
                _isParallel?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                requestsMemory?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                ram?: string;
                /**
                 * @description A Kubernetes quantity, which stands for the nearest of three budget profiles: small, medium and large
                 * @example 2G
                 */
                limitsMemory?: string;
                /**
                 * @description Seconds that the list of the patients exported is kept after the end, no longer than the files
                 * @example 3600
                 */
                ttlSecondsAfterFinished?: number;
                /**
                 * @description `true`: the manifest may come in pages, and the first of them while the export still runs
                 * @example true
                 */
                allowPartialManifests?: string;
                /**
                 * @description `true` starts nothing and answers what the export would be: resources and bytes by type, files and seconds
                 * @example false
                 */
                _dryRun?: string;
                /**
                 * @description `Patient`: files hold blocks, each of a header, a Patient and what is his, instead of one type; what belongs to no patient is left out
                 * @example Patient
                 */
                organizeOutputBy?: string;
                /**
                 * @description What comes beside the resources themselves, comma-separated or repeated: `LatestProvenanceResources` or `RelevantProvenanceResources`, the latest Provenance of each exported resource or all of it; `_history`, every version; `_deleted`, deletions also without `_since`
                 * @example [
                 *       "LatestProvenanceResources"
                 *     ]
                 */
                includeAssociatedData?: string[];
                /**
                 * @description Only these patients, comma-separated or repeated, as `Patient/1` or `1`
                 * @example [
                 *       "Patient/example"
                 *     ]
                 */
                patient?: string[];
            };
            header?: {
                /**
                 * @description Of your own making, 1 to 255 visible ASCII characters: the same request with the same key gets the same export, not a second one
                 * @example "4e8f64a3-3a2c-4d0e-9a3d-3f3f5c6b7a8d"
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description `respond-async`, which is done in any case unless `HEADERS` is `strict`; `handling=lenient` ignores parameters that are not supported, and reports them; `separate-export-status` makes status requests answer 200, with the status of the export in `X-Export-Status`
                 * @example respond-async, handling=lenient
                 */
                Prefer?: string;
            };
            path: {
                /**
                 * @description The id of the Group
                 * @example example
                 */
                id: string;
            };
            cookie?: never;
        };
        /** @description A FHIR Parameters resource; without a body the query says it all */
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "_type",
                 *           "valueString": "Patient,Observation"
                 *         },
                 *         {
                 *           "name": "patient",
                 *           "valueReference": {
                 *             "reference": "Patient/example"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": {
                    [key: string]: unknown;
                };
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "_type",
                 *           "valueString": "Patient,Observation"
                 *         },
                 *         {
                 *           "name": "patient",
                 *           "valueReference": {
                 *             "reference": "Patient/example"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description With `_dryRun`: what the export would be, as a Parameters resource; nothing was started */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Parameters",
                     *       "parameter": [
                     *         {
                     *           "name": "level",
                     *           "valueCode": "system"
                     *         },
                     *         {
                     *           "name": "transactionTime",
                     *           "valueInstant": "2026-11-20T10:26:46.123Z"
                     *         },
                     *         {
                     *           "name": "isExact",
                     *           "valueBoolean": true
                     *         },
                     *         {
                     *           "name": "count",
                     *           "valueDecimal": 615
                     *         },
                     *         {
                     *           "name": "bytes",
                     *           "valueDecimal": 1468233
                     *         },
                     *         {
                     *           "name": "files",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "seconds",
                     *           "valueDecimal": 1
                     *         },
                     *         {
                     *           "name": "bytesPerSecond",
                     *           "valueDecimal": 20000000
                     *         },
                     *         {
                     *           "name": "speedIsMeasured",
                     *           "valueBoolean": false
                     *         },
                     *         {
                     *           "name": "type",
                     *           "part": [
                     *             {
                     *               "name": "type",
                     *               "valueCode": "Patient"
                     *             },
                     *             {
                     *               "name": "count",
                     *               "valueDecimal": 615
                     *             },
                     *             {
                     *               "name": "bytes",
                     *               "valueDecimal": 1468233
                     *             },
                     *             {
                     *               "name": "isExact",
                     *               "valueBoolean": true
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            /** @description Accepted: the job is at the URL in Content-Location */
            202: {
                headers: {
                    /**
                     * @description The absolute URL of the status request
                     * @example http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                     */
                    "Content-Location"?: string;
                    /**
                     * @description Only where `separate-export-status` was asked for: what was applied of `Prefer`
                     * @example respond-async, separate-export-status
                     */
                    "Preference-Applied"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export was accepted"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            422: components["responses"]["Error422"];
            501: components["responses"]["Error501"];
            503: components["responses"]["Error503"];
        };
    };
    readExportStatus: {
        parameters: {
            query?: {
                /**
                 * @description A page of a manifest that comes in pages, as `link` names it
                 * @example 2
                 */
                page?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the job, from Content-Location
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Completed: the manifest, or the page of it that was asked for */
            200: {
                headers: {
                    /**
                     * @description When the files go away, or the URLs of the manifest end, whichever is sooner: then ask again for new ones
                     * @example Fri, 27 Nov 2026 10:26:46 GMT
                     */
                    Expires?: string;
                    /**
                     * @description With `separate-export-status`: how the export is getting on, as a status code
                     * @example 202 Accepted
                     */
                    "X-Export-Status"?: string;
                    /**
                     * @description Percent, state, and the type being written with its lines; under 100 characters
                     * @example 64% in-progress Observation 12000/50000
                     */
                    "X-Progress"?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "request": "http://127.0.0.1:8080/fhir/$export?_type=Patient",
                     *       "requiresAccessToken": false,
                     *       "output": [
                     *         {
                     *           "type": "Patient",
                     *           "url": "http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson",
                     *           "count": 615,
                     *           "extension": {
                     *             "status": "completed",
                     *             "bytes": 2046163,
                     *             "partBytes": 8388608,
                     *             "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
                     *           }
                     *         }
                     *       ],
                     *       "error": []
                     *     }
                     */
                    "application/json": components["schemas"]["Manifest"];
                };
            };
            /** @description In progress; with a body, the first page of the manifest, only where `allowPartialManifests` was given */
            202: {
                headers: {
                    /**
                     * @description Percent, state, and the type being written with its lines; under 100 characters
                     * @example 64% in-progress Observation 12000/50000
                     */
                    "X-Progress"?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    /**
                     * @description When the files go away, or the URLs of the manifest end, whichever is sooner: then ask again for new ones
                     * @example Fri, 27 Nov 2026 10:26:46 GMT
                     */
                    Expires?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "request": "http://127.0.0.1:8080/fhir/$export?_type=Patient",
                     *       "requiresAccessToken": false,
                     *       "output": [
                     *         {
                     *           "type": "Patient",
                     *           "url": "http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson",
                     *           "count": 615,
                     *           "extension": {
                     *             "status": "completed",
                     *             "bytes": 2046163,
                     *             "partBytes": 8388608,
                     *             "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
                     *           }
                     *         }
                     *       ],
                     *       "error": []
                     *     }
                     */
                    "application/json": components["schemas"]["Manifest"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
        };
    };
    deleteExport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job, from Content-Location
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed: from now on it is 404 */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export is removed, its files will be gone shortly"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            503: components["responses"]["Error503"];
        };
    };
    readExportStatusByAlias: {
        parameters: {
            query?: {
                /**
                 * @description A page of a manifest that comes in pages, as `link` names it
                 * @example 2
                 */
                page?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the job, from Content-Location
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Completed: the manifest, or the page of it that was asked for */
            200: {
                headers: {
                    /**
                     * @description When the files go away, or the URLs of the manifest end, whichever is sooner: then ask again for new ones
                     * @example Fri, 27 Nov 2026 10:26:46 GMT
                     */
                    Expires?: string;
                    /**
                     * @description With `separate-export-status`: how the export is getting on, as a status code
                     * @example 202 Accepted
                     */
                    "X-Export-Status"?: string;
                    /**
                     * @description Percent, state, and the type being written with its lines; under 100 characters
                     * @example 64% in-progress Observation 12000/50000
                     */
                    "X-Progress"?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "request": "http://127.0.0.1:8080/fhir/$export?_type=Patient",
                     *       "requiresAccessToken": false,
                     *       "output": [
                     *         {
                     *           "type": "Patient",
                     *           "url": "http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson",
                     *           "count": 615,
                     *           "extension": {
                     *             "status": "completed",
                     *             "bytes": 2046163,
                     *             "partBytes": 8388608,
                     *             "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
                     *           }
                     *         }
                     *       ],
                     *       "error": []
                     *     }
                     */
                    "application/json": components["schemas"]["Manifest"];
                };
            };
            /** @description In progress; with a body, the first page of the manifest, only where `allowPartialManifests` was given */
            202: {
                headers: {
                    /**
                     * @description Percent, state, and the type being written with its lines; under 100 characters
                     * @example 64% in-progress Observation 12000/50000
                     */
                    "X-Progress"?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    /**
                     * @description When the files go away, or the URLs of the manifest end, whichever is sooner: then ask again for new ones
                     * @example Fri, 27 Nov 2026 10:26:46 GMT
                     */
                    Expires?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "request": "http://127.0.0.1:8080/fhir/$export?_type=Patient",
                     *       "requiresAccessToken": false,
                     *       "output": [
                     *         {
                     *           "type": "Patient",
                     *           "url": "http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson",
                     *           "count": 615,
                     *           "extension": {
                     *             "status": "completed",
                     *             "bytes": 2046163,
                     *             "partBytes": 8388608,
                     *             "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
                     *           }
                     *         }
                     *       ],
                     *       "error": []
                     *     }
                     */
                    "application/json": components["schemas"]["Manifest"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
        };
    };
    deleteExportByAlias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job, from Content-Location
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed: from now on it is 404 */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export is removed, its files will be gone shortly"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            503: components["responses"]["Error503"];
        };
    };
    readExportStatusByFirelyAlias: {
        parameters: {
            query: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                _id: string;
                /**
                 * @description A page of a manifest that comes in pages, as `link` names it
                 * @example 2
                 */
                page?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Completed: the manifest, or the page of it that was asked for */
            200: {
                headers: {
                    /**
                     * @description When the files go away, or the URLs of the manifest end, whichever is sooner: then ask again for new ones
                     * @example Fri, 27 Nov 2026 10:26:46 GMT
                     */
                    Expires?: string;
                    /**
                     * @description With `separate-export-status`: how the export is getting on, as a status code
                     * @example 202 Accepted
                     */
                    "X-Export-Status"?: string;
                    /**
                     * @description Percent, state, and the type being written with its lines; under 100 characters
                     * @example 64% in-progress Observation 12000/50000
                     */
                    "X-Progress"?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "request": "http://127.0.0.1:8080/fhir/$export?_type=Patient",
                     *       "requiresAccessToken": false,
                     *       "output": [
                     *         {
                     *           "type": "Patient",
                     *           "url": "http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson",
                     *           "count": 615,
                     *           "extension": {
                     *             "status": "completed",
                     *             "bytes": 2046163,
                     *             "partBytes": 8388608,
                     *             "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
                     *           }
                     *         }
                     *       ],
                     *       "error": []
                     *     }
                     */
                    "application/json": components["schemas"]["Manifest"];
                };
            };
            /** @description In progress; with a body, the first page of the manifest, only where `allowPartialManifests` was given */
            202: {
                headers: {
                    /**
                     * @description Percent, state, and the type being written with its lines; under 100 characters
                     * @example 64% in-progress Observation 12000/50000
                     */
                    "X-Progress"?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    /**
                     * @description When the files go away, or the URLs of the manifest end, whichever is sooner: then ask again for new ones
                     * @example Fri, 27 Nov 2026 10:26:46 GMT
                     */
                    Expires?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "request": "http://127.0.0.1:8080/fhir/$export?_type=Patient",
                     *       "requiresAccessToken": false,
                     *       "output": [
                     *         {
                     *           "type": "Patient",
                     *           "url": "http://127.0.0.1:8080/fhir/$export-file/20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/Patient-1.ndjson",
                     *           "count": 615,
                     *           "extension": {
                     *             "status": "completed",
                     *             "bytes": 2046163,
                     *             "partBytes": 8388608,
                     *             "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
                     *           }
                     *         }
                     *       ],
                     *       "error": []
                     *     }
                     */
                    "application/json": components["schemas"]["Manifest"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
        };
    };
    deleteExportByFirelyAlias: {
        parameters: {
            query: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                _id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed: from now on it is 404 */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "The export is removed, its files will be gone shortly"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            503: components["responses"]["Error503"];
        };
    };
    listExports: {
        parameters: {
            query?: {
                /**
                 * @description At most so many; 50 unless told, 100 at most
                 * @example 20
                 */
                _count?: string;
                /**
                 * @description Goes on behind a page: stands in `next` links
                 * @example 1795170406123_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                _after?: string;
                /**
                 * @description JSON, by any of its names; overrides `Accept`
                 * @example json
                 */
                _format?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of exports */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "exports": [
                     *         {
                     *           "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "statusUrl": "http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "level": "system",
                     *           "state": "in-progress",
                     *           "percent": 24,
                     *           "transactionTime": "2026-11-20T10:26:46.123Z",
                     *           "request": "http://127.0.0.1:8080/fhir/$export?_type=Patient",
                     *           "createdAt": "2026-11-20T10:26:46.123Z"
                     *         }
                     *       ],
                     *       "link": [
                     *         {
                     *           "relation": "next",
                     *           "url": "http://127.0.0.1:8080/fhir/$export-status?_count=1&_after=1795170406123_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ExportList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            406: components["responses"]["Error406"];
            503: components["responses"]["Error503"];
        };
    };
    readExportFile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `gzip` asks for a gzipped answer
                 * @example gzip
                 */
                "Accept-Encoding"?: string;
                /**
                 * @description One range of bytes, of the file as it is
                 * @example bytes=1024-
                 */
                Range?: string;
                /**
                 * @description The ETag or the Last-Modified of which the range is wanted: otherwise the whole file is sent
                 * @example "5d41402abc4b2a76b9719d911017c592"
                 */
                "If-Range"?: string;
                /**
                 * @description Only if it is not this one: otherwise 304
                 * @example "5d41402abc4b2a76b9719d911017c592"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The folder of the export
                 * @example 20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                folder: string;
                /**
                 * @description The name of the file
                 * @example Patient-1.ndjson
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NDJSON, one resource a line */
            200: {
                headers: {
                    /**
                     * @description Identifies these bytes
                     * @example "5d41402abc4b2a76b9719d911017c592"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description `bytes`, or `none` for a gzipped answer
                     * @example bytes
                     */
                    "Accept-Ranges"?: string;
                    /**
                     * @description Answers differ by this header of the request
                     * @example Accept-Encoding
                     */
                    Vary?: string;
                    /**
                     * @description `gzip` when the answer is gzipped
                     * @example gzip
                     */
                    "Content-Encoding"?: string;
                    /**
                     * @description The number of bytes, unless the answer is gzipped
                     * @example 146515
                     */
                    "Content-Length"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"resourceType":"Patient","id":"example"} */
                    "application/fhir+ndjson": string;
                };
            };
            /** @description The range asked for */
            206: {
                headers: {
                    /**
                     * @description Identifies these bytes
                     * @example "5d41402abc4b2a76b9719d911017c592"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description `bytes`, or `none` for a gzipped answer
                     * @example bytes
                     */
                    "Accept-Ranges"?: string;
                    /**
                     * @description Answers differ by this header of the request
                     * @example Accept-Encoding
                     */
                    Vary?: string;
                    /**
                     * @description Which bytes these are, and of how many
                     * @example bytes 0-1023/146515
                     */
                    "Content-Range"?: string;
                    /**
                     * @description The number of bytes, unless the answer is gzipped
                     * @example 146515
                     */
                    "Content-Length"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"resourceType":"Patient","id":"example"} */
                    "application/fhir+ndjson": string;
                };
            };
            /** @description Not modified: the client has it */
            304: {
                headers: {
                    /**
                     * @description Identifies these bytes
                     * @example "5d41402abc4b2a76b9719d911017c592"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description `bytes`, or `none` for a gzipped answer
                     * @example bytes
                     */
                    "Accept-Ranges"?: string;
                    /**
                     * @description Answers differ by this header of the request
                     * @example Accept-Encoding
                     */
                    Vary?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            412: components["responses"]["Error412"];
            416: components["responses"]["Error416"];
            503: components["responses"]["Error503"];
        };
    };
    readExportFileByFirelyAlias: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `gzip` asks for a gzipped answer
                 * @example gzip
                 */
                "Accept-Encoding"?: string;
                /**
                 * @description One range of bytes, of the file as it is
                 * @example bytes=1024-
                 */
                Range?: string;
                /**
                 * @description The ETag or the Last-Modified of which the range is wanted: otherwise the whole file is sent
                 * @example "5d41402abc4b2a76b9719d911017c592"
                 */
                "If-Range"?: string;
                /**
                 * @description Only if it is not this one: otherwise 304
                 * @example "5d41402abc4b2a76b9719d911017c592"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The folder of the export
                 * @example 20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                folder: string;
                /**
                 * @description The name of the file
                 * @example Patient-1.ndjson
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NDJSON, one resource a line */
            200: {
                headers: {
                    /**
                     * @description Identifies these bytes
                     * @example "5d41402abc4b2a76b9719d911017c592"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description `bytes`, or `none` for a gzipped answer
                     * @example bytes
                     */
                    "Accept-Ranges"?: string;
                    /**
                     * @description Answers differ by this header of the request
                     * @example Accept-Encoding
                     */
                    Vary?: string;
                    /**
                     * @description `gzip` when the answer is gzipped
                     * @example gzip
                     */
                    "Content-Encoding"?: string;
                    /**
                     * @description The number of bytes, unless the answer is gzipped
                     * @example 146515
                     */
                    "Content-Length"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"resourceType":"Patient","id":"example"} */
                    "application/fhir+ndjson": string;
                };
            };
            /** @description The range asked for */
            206: {
                headers: {
                    /**
                     * @description Identifies these bytes
                     * @example "5d41402abc4b2a76b9719d911017c592"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description `bytes`, or `none` for a gzipped answer
                     * @example bytes
                     */
                    "Accept-Ranges"?: string;
                    /**
                     * @description Answers differ by this header of the request
                     * @example Accept-Encoding
                     */
                    Vary?: string;
                    /**
                     * @description Which bytes these are, and of how many
                     * @example bytes 0-1023/146515
                     */
                    "Content-Range"?: string;
                    /**
                     * @description The number of bytes, unless the answer is gzipped
                     * @example 146515
                     */
                    "Content-Length"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"resourceType":"Patient","id":"example"} */
                    "application/fhir+ndjson": string;
                };
            };
            /** @description Not modified: the client has it */
            304: {
                headers: {
                    /**
                     * @description Identifies these bytes
                     * @example "5d41402abc4b2a76b9719d911017c592"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description `bytes`, or `none` for a gzipped answer
                     * @example bytes
                     */
                    "Accept-Ranges"?: string;
                    /**
                     * @description Answers differ by this header of the request
                     * @example Accept-Encoding
                     */
                    Vary?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            412: components["responses"]["Error412"];
            416: components["responses"]["Error416"];
            503: components["responses"]["Error503"];
        };
    };
    ingestResources: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `gzip` when the body is one gzip stream
                 * @example gzip
                 */
                "Content-Encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {"resourceType":"Patient","id":"example"}
                 *     {"resourceType":"Organization","id":"1"}
                 */
                "application/fhir+ndjson": string;
                /**
                 * @example {"resourceType":"Patient","id":"example"}
                 *     {"resourceType":"Organization","id":"1"}
                 */
                "application/ndjson": string;
                /**
                 * @example {"resourceType":"Patient","id":"example"}
                 *     {"resourceType":"Organization","id":"1"}
                 */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description What was stored, and which lines were refused and why */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "stored": 2,
                     *       "refused": 1,
                     *       "problems": [
                     *         {
                     *           "line": 3,
                     *           "reason": "Cannot read the resource: it has no id"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["IngestReport"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    readSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who asks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "auth": "smart",
                     *       "origin": "https://sluice.example.org",
                     *       "administrator": {
                     *         "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *         "name": "Ada",
                     *         "role": "admin",
                     *         "method": "passkey",
                     *         "expiresAt": "2026-11-20T10:26:46.123Z"
                     *       },
                     *       "ways": {
                     *         "passkey": true,
                     *         "accessKey": true,
                     *         "oidc": false,
                     *         "proxy": false,
                     *         "setup": false
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SessionInfo"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required of whoever signs in, and of requests with the cookie of a session: no page of others can send it
                 * @example 1
                 */
                "X-Sluice-Form"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "way": "access-key",
                 *       "accessKey": "slk_…"
                 *     }
                 */
                "application/json": components["schemas"]["SignInRequest"];
            };
        };
        responses: {
            /** @description What to ask the browser for, or who is signed in now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "administrator": {
                     *         "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *         "name": "Ada",
                     *         "role": "admin",
                     *         "method": "passkey",
                     *         "expiresAt": "2026-11-20T10:26:46.123Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SignInAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required of whoever signs in, and of requests with the cookie of a session: no page of others can send it
                 * @example 1
                 */
                "X-Sluice-Form"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nobody is signed in now */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    enrol: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required of whoever signs in, and of requests with the cookie of a session: no page of others can send it
                 * @example 1
                 */
                "X-Sluice-Form"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "secret": "f3…",
                 *       "step": "start"
                 *     }
                 */
                "application/json": components["schemas"]["EnrolmentRequest"];
            };
        };
        responses: {
            /** @description Who enrols */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "Ada",
                     *       "role": "admin",
                     *       "expiresAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    setUp: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required of whoever signs in, and of requests with the cookie of a session: no page of others can send it
                 * @example 1
                 */
                "X-Sluice-Form"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "setupToken": "…",
                 *       "name": "Ada"
                 *     }
                 */
                "application/json": components["schemas"]["SetupRequest"];
            };
        };
        responses: {
            /** @description The link by which he enrols */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "administrator": {
                     *         "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *         "name": "Ada",
                     *         "role": "admin",
                     *         "isSuspended": false,
                     *         "createdAt": "2026-11-20T10:26:46.123Z"
                     *       },
                     *       "link": "https://sluice.example.org/enrol#f3Qb0l6vU3l7mJZ0nUu0m8mDqE8p5Z1cJ6yq9kqzXyA",
                     *       "expiresAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentLink"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    listAdministrators: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "administrators": [
                     *         {
                     *           "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "name": "Ada",
                     *           "role": "admin",
                     *           "isSuspended": false,
                     *           "createdAt": "2026-11-20T10:26:46.123Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AdministratorList"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    createAdministrator: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Grace",
                 *       "role": "viewer"
                 *     }
                 */
                "application/json": components["schemas"]["AdministratorRequest"];
            };
        };
        responses: {
            /** @description The link to send to him */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "administrator": {
                     *         "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *         "name": "Ada",
                     *         "role": "admin",
                     *         "isSuspended": false,
                     *         "createdAt": "2026-11-20T10:26:46.123Z"
                     *       },
                     *       "link": "https://sluice.example.org/enrol#f3Qb0l6vU3l7mJZ0nUu0m8mDqE8p5Z1cJ6yq9kqzXyA",
                     *       "expiresAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentLink"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    changeAdministrator: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the administrator
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "isSuspended": true
                 *     }
                 */
                "application/json": components["schemas"]["AdministratorChangeRequest"];
            };
        };
        responses: {
            /** @description He, as he is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *       "name": "Ada",
                     *       "role": "admin",
                     *       "isSuspended": false,
                     *       "createdAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Administrator"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    renewEnrolment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the administrator
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link to send to him */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "administrator": {
                     *         "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *         "name": "Ada",
                     *         "role": "admin",
                     *         "isSuspended": false,
                     *         "createdAt": "2026-11-20T10:26:46.123Z"
                     *       },
                     *       "link": "https://sluice.example.org/enrol#f3Qb0l6vU3l7mJZ0nUu0m8mDqE8p5Z1cJ6yq9kqzXyA",
                     *       "expiresAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentLink"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            503: components["responses"]["Error503"];
        };
    };
    listAccessKeys: {
        parameters: {
            query?: {
                /**
                 * @description Id of another administrator, for those of role admin; else it is about who asks
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                administrator?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that were not revoked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accessKeys": [
                     *         {
                     *           "id": "5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d",
                     *           "name": "Nightly load",
                     *           "createdAt": "2026-11-20T10:26:46.123Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AccessKeyList"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    createAccessKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Nightly load"
                 *     }
                 */
                "application/json": components["schemas"]["AccessKeyRequest"];
            };
        };
        responses: {
            /** @description The key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accessKey": {
                     *         "id": "5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d",
                     *         "name": "Nightly load",
                     *         "createdAt": "2026-11-20T10:26:46.123Z"
                     *       },
                     *       "text": "slk_5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d_…"
                     *     }
                     */
                    "application/json": components["schemas"]["NewAccessKey"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    revokeAccessKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the key
                 * @example 5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It opens nothing any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    listPasskeys: {
        parameters: {
            query?: {
                /**
                 * @description Id of another administrator, for those of role admin; else it is about who asks
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                administrator?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "passkeys": [
                     *         {
                     *           "id": "AQIDBAUGBwgJCgsMDQ4PEA",
                     *           "name": "My laptop",
                     *           "createdAt": "2026-11-20T10:26:46.123Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyList"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    addPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["PasskeyRequest"];
            };
        };
        responses: {
            /** @description What to ask the browser for, or the passkey that was added */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "passkey": {
                     *         "id": "AQIDBAUGBwgJCgsMDQ4PEA",
                     *         "name": "My laptop",
                     *         "createdAt": "2026-11-20T10:26:46.123Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyAnswer"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    deletePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the passkey
                 * @example AQIDBAUGBwgJCgsMDQ4PEA
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It signs nobody in any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /**
                 * @description Id of another administrator, for those of role admin; else it is about who asks
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                administrator?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that have not ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "sessions": [
                     *         {
                     *           "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "method": "passkey",
                     *           "createdAt": "2026-11-20T10:26:46.123Z",
                     *           "lastSeenAt": "2026-11-20T10:26:46.123Z",
                     *           "expiresAt": "2026-11-20T10:26:46.123Z",
                     *           "isThis": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the session
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its cookie opens nothing any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /**
                 * @description Only jobs in this state: accepted, in-progress, completed, failed
                 * @example in-progress
                 */
                state?: string;
                /**
                 * @description Only jobs of this level: system, patient, group
                 * @example group
                 */
                level?: string;
                /**
                 * @description Only jobs of the client with this id
                 * @example registry
                 */
                client?: string;
                /**
                 * @description Only jobs about the Group with this id
                 * @example diabetes
                 */
                group?: string;
                /**
                 * @description Only jobs that export this type, by name or because they export all
                 * @example Observation
                 */
                type?: string;
                /**
                 * @description Only jobs in whose id, or in the URL of whose kick-off request, this stands; in whatever case
                 * @example _since
                 */
                text?: string;
                /**
                 * @description Only jobs asked for at this instant or later
                 * @example 2026-11-20T00:00:00Z
                 */
                createdAfter?: string;
                /**
                 * @description Only jobs asked for before this instant
                 * @example 2026-11-21T00:00:00Z
                 */
                createdBefore?: string;
                /**
                 * @description Goes on behind a page: its `next`
                 * @example 1795084006123_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                after?: string;
                /**
                 * @description At most so many; 50 unless told, 100 at most
                 * @example 20
                 */
                count?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "jobs": [
                     *         {
                     *           "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "level": "group",
                     *           "groupId": "diabetes",
                     *           "state": "in-progress",
                     *           "types": [
                     *             "Observation"
                     *           ],
                     *           "request": "http://127.0.0.1:8080/fhir/Group/diabetes/$export?_type=Observation",
                     *           "statusUrl": "http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "transactionTime": "2026-11-20T10:26:46.123Z",
                     *           "createdAt": "2026-11-20T10:26:46.123Z",
                     *           "progress": {
                     *             "done": 12000,
                     *             "total": 50000,
                     *             "percent": 24
                     *           }
                     *         }
                     *       ],
                     *       "next": "1795084006123_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d"
                     *     }
                     */
                    "application/json": components["schemas"]["JobList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    readJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "job": {
                     *         "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *         "level": "group",
                     *         "groupId": "diabetes",
                     *         "state": "in-progress",
                     *         "types": [
                     *           "Observation"
                     *         ],
                     *         "request": "http://127.0.0.1:8080/fhir/Group/diabetes/$export?_type=Observation",
                     *         "statusUrl": "http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *         "transactionTime": "2026-11-20T10:26:46.123Z",
                     *         "createdAt": "2026-11-20T10:26:46.123Z",
                     *         "progress": {
                     *           "done": 12000,
                     *           "total": 50000,
                     *           "percent": 24
                     *         }
                     *       },
                     *       "types": [
                     *         {
                     *           "type": "Observation",
                     *           "kind": "output",
                     *           "done": 12000,
                     *           "total": 50000,
                     *           "isDone": false
                     *         }
                     *       ],
                     *       "files": [],
                     *       "totals": {
                     *         "files": 0,
                     *         "resources": 0,
                     *         "bytes": 0,
                     *         "problems": 0
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobDetails"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    deleteJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed: from now on it is 404, also for its client */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    listJobUnits: {
        parameters: {
            query?: {
                /**
                 * @description Goes on behind a page: its `next`
                 * @example 12
                 */
                after?: string;
                /**
                 * @description At most so many; 100 unless told, 1000 at most
                 * @example 20
                 */
                count?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "units": []
                     *     }
                     */
                    "application/json": components["schemas"]["JobUnits"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    listJobSlices: {
        parameters: {
            query?: {
                /**
                 * @description Goes on behind a page: its `next`
                 * @example 12
                 */
                after?: string;
                /**
                 * @description At most so many; 100 unless told, 1000 at most
                 * @example 20
                 */
                count?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "slices": []
                     *     }
                     */
                    "application/json": components["schemas"]["JobSlices"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    listJobFiles: {
        parameters: {
            query?: {
                /**
                 * @description Goes on behind a page: its `next`
                 * @example 12
                 */
                after?: string;
                /**
                 * @description At most so many; 100 unless told, 1000 at most
                 * @example 20
                 */
                count?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "files": []
                     *     }
                     */
                    "application/json": components["schemas"]["JobFiles"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    listJobProblems: {
        parameters: {
            query?: {
                /**
                 * @description Goes on behind a page: its `next`
                 * @example 12
                 */
                after?: string;
                /**
                 * @description At most so many; 100 unless told, 1000 at most
                 * @example 20
                 */
                count?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "problems": []
                     *     }
                     */
                    "application/json": components["schemas"]["JobProblems"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed: from now on it is 404, also for its client */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            503: components["responses"]["Error503"];
        };
    };
    retryJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It runs again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *       "level": "group",
                     *       "groupId": "diabetes",
                     *       "state": "in-progress",
                     *       "types": [
                     *         "Observation"
                     *       ],
                     *       "request": "http://127.0.0.1:8080/fhir/Group/diabetes/$export?_type=Observation",
                     *       "statusUrl": "http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "createdAt": "2026-11-20T10:26:46.123Z",
                     *       "progress": {
                     *         "done": 12000,
                     *         "total": 50000,
                     *         "percent": 24
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Job"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            503: components["responses"]["Error503"];
        };
    };
    runJobAgain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new job */
            201: {
                headers: {
                    /**
                     * @description Where the new job is
                     * @example http://127.0.0.1:8080/admin/api/jobs/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *       "level": "group",
                     *       "groupId": "diabetes",
                     *       "state": "in-progress",
                     *       "types": [
                     *         "Observation"
                     *       ],
                     *       "request": "http://127.0.0.1:8080/fhir/Group/diabetes/$export?_type=Observation",
                     *       "statusUrl": "http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "createdAt": "2026-11-20T10:26:46.123Z",
                     *       "progress": {
                     *         "done": 12000,
                     *         "total": 50000,
                     *         "percent": 24
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Job"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            501: components["responses"]["Error501"];
            503: components["responses"]["Error503"];
        };
    };
    extendJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "seconds": 604800
                 *     }
                 */
                "application/json": components["schemas"]["JobExtension"];
            };
        };
        responses: {
            /** @description It is kept */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *       "level": "group",
                     *       "groupId": "diabetes",
                     *       "state": "in-progress",
                     *       "types": [
                     *         "Observation"
                     *       ],
                     *       "request": "http://127.0.0.1:8080/fhir/Group/diabetes/$export?_type=Observation",
                     *       "statusUrl": "http://127.0.0.1:8080/fhir/$export-status/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *       "transactionTime": "2026-11-20T10:26:46.123Z",
                     *       "createdAt": "2026-11-20T10:26:46.123Z",
                     *       "progress": {
                     *         "done": 12000,
                     *         "total": 50000,
                     *         "percent": 24
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Job"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    readResourceCounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many there are */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "types": [
                     *         {
                     *           "type": "Observation",
                     *           "count": 49412,
                     *           "isExact": false
                     *         },
                     *         {
                     *           "type": "Patient",
                     *           "count": 615,
                     *           "isExact": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ResourceCounts"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    listClients: {
        parameters: {
            query?: {
                /**
                 * @description Goes on behind a page: its `next`
                 * @example analytics
                 */
                after?: string;
                /**
                 * @description At most so many; 50 unless told, 100 at most
                 * @example 20
                 */
                count?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of clients */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "clients": [
                     *         {
                     *           "clientId": "analytics",
                     *           "name": "Analytics",
                     *           "jwks": {
                     *             "keys": [
                     *               {
                     *                 "kty": "EC",
                     *                 "crv": "P-384",
                     *                 "kid": "analytics-2026",
                     *                 "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                     *                 "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                     *               }
                     *             ]
                     *           },
                     *           "scopes": [
                     *             "system/Patient.rs",
                     *             "system/Observation.rs?category=laboratory"
                     *           ],
                     *           "groupIds": [
                     *             "diabetes"
                     *           ],
                     *           "maxRunningJobs": 2,
                     *           "createdAt": "2026-11-20T10:26:46.123Z",
                     *           "changedAt": "2026-11-20T10:26:46.123Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ClientList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    createClient: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "clientId": "analytics",
                 *       "name": "Analytics",
                 *       "jwks": {
                 *         "keys": [
                 *           {
                 *             "kty": "EC",
                 *             "crv": "P-384",
                 *             "kid": "analytics-2026",
                 *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                 *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                 *           }
                 *         ]
                 *       },
                 *       "scopes": [
                 *         "system/Patient.rs",
                 *         "system/Observation.rs?category=laboratory"
                 *       ],
                 *       "groupIds": [
                 *         "diabetes"
                 *       ],
                 *       "maxRunningJobs": 2
                 *     }
                 */
                "application/json": components["schemas"]["NewClient"];
            };
        };
        responses: {
            /** @description The client */
            201: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "clientId": "analytics",
                     *       "name": "Analytics",
                     *       "jwks": {
                     *         "keys": [
                     *           {
                     *             "kty": "EC",
                     *             "crv": "P-384",
                     *             "kid": "analytics-2026",
                     *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                     *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                     *           }
                     *         ]
                     *       },
                     *       "scopes": [
                     *         "system/Patient.rs",
                     *         "system/Observation.rs?category=laboratory"
                     *       ],
                     *       "groupIds": [
                     *         "diabetes"
                     *       ],
                     *       "maxRunningJobs": 2,
                     *       "createdAt": "2026-11-20T10:26:46.123Z",
                     *       "changedAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    readClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Its client_id
                 * @example analytics
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The client as it is now */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "clientId": "analytics",
                     *       "name": "Analytics",
                     *       "jwks": {
                     *         "keys": [
                     *           {
                     *             "kty": "EC",
                     *             "crv": "P-384",
                     *             "kid": "analytics-2026",
                     *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                     *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                     *           }
                     *         ]
                     *       },
                     *       "scopes": [
                     *         "system/Patient.rs",
                     *         "system/Observation.rs?category=laboratory"
                     *       ],
                     *       "groupIds": [
                     *         "diabetes"
                     *       ],
                     *       "maxRunningJobs": 2,
                     *       "createdAt": "2026-11-20T10:26:46.123Z",
                     *       "changedAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    replaceClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Its client_id
                 * @example analytics
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Analytics",
                 *       "jwks": {
                 *         "keys": [
                 *           {
                 *             "kty": "EC",
                 *             "crv": "P-384",
                 *             "kid": "analytics-2026",
                 *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                 *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                 *           }
                 *         ]
                 *       },
                 *       "scopes": [
                 *         "system/Patient.rs",
                 *         "system/Observation.rs?category=laboratory"
                 *       ],
                 *       "groupIds": [
                 *         "diabetes"
                 *       ],
                 *       "maxRunningJobs": 2
                 *     }
                 */
                "application/json": components["schemas"]["ClientRegistration"];
            };
        };
        responses: {
            /** @description The client as it is now */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "clientId": "analytics",
                     *       "name": "Analytics",
                     *       "jwks": {
                     *         "keys": [
                     *           {
                     *             "kty": "EC",
                     *             "crv": "P-384",
                     *             "kid": "analytics-2026",
                     *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                     *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                     *           }
                     *         ]
                     *       },
                     *       "scopes": [
                     *         "system/Patient.rs",
                     *         "system/Observation.rs?category=laboratory"
                     *       ],
                     *       "groupIds": [
                     *         "diabetes"
                     *       ],
                     *       "maxRunningJobs": 2,
                     *       "createdAt": "2026-11-20T10:26:46.123Z",
                     *       "changedAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            412: components["responses"]["Error412"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    deleteClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Its client_id
                 * @example analytics
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is forgotten */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            412: components["responses"]["Error412"];
            503: components["responses"]["Error503"];
        };
    };
    suspendClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Its client_id
                 * @example analytics
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The client as it is now */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "clientId": "analytics",
                     *       "name": "Analytics",
                     *       "jwks": {
                     *         "keys": [
                     *           {
                     *             "kty": "EC",
                     *             "crv": "P-384",
                     *             "kid": "analytics-2026",
                     *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                     *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                     *           }
                     *         ]
                     *       },
                     *       "scopes": [
                     *         "system/Patient.rs",
                     *         "system/Observation.rs?category=laboratory"
                     *       ],
                     *       "groupIds": [
                     *         "diabetes"
                     *       ],
                     *       "maxRunningJobs": 2,
                     *       "createdAt": "2026-11-20T10:26:46.123Z",
                     *       "changedAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            412: components["responses"]["Error412"];
            503: components["responses"]["Error503"];
        };
    };
    resumeClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Its client_id
                 * @example analytics
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The client as it is now */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "clientId": "analytics",
                     *       "name": "Analytics",
                     *       "jwks": {
                     *         "keys": [
                     *           {
                     *             "kty": "EC",
                     *             "crv": "P-384",
                     *             "kid": "analytics-2026",
                     *             "x": "rSjcwfEfbkbWTH8LfSlHbE4Z9oKQaLXF0K3b3vQjKxBKQWLhWpQF2qSJmJmcTzTo",
                     *             "y": "2eZT0cXlqTcLQGWtJ3mhSLMo0LQlGJlCVOIy8IsPDVuRnsnHJQEPQlNDbLmzBHZr"
                     *           }
                     *         ]
                     *       },
                     *       "scopes": [
                     *         "system/Patient.rs",
                     *         "system/Observation.rs?category=laboratory"
                     *       ],
                     *       "groupIds": [
                     *         "diabetes"
                     *       ],
                     *       "maxRunningJobs": 2,
                     *       "createdAt": "2026-11-20T10:26:46.123Z",
                     *       "changedAt": "2026-11-20T10:26:46.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            412: components["responses"]["Error412"];
            503: components["responses"]["Error503"];
        };
    };
    listClientTokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Its client_id
                 * @example analytics
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What each was issued for, and until when it is good */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tokens": [
                     *         {
                     *           "tokenId": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "scopes": [
                     *             "system/*.rs"
                     *           ],
                     *           "issuedAt": "2026-11-20T10:26:46.123Z",
                     *           "expiresAt": "2026-11-20T10:31:46.123Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        tokens: {
                            /** @description Its `jti` */
                            tokenId: string;
                            scopes: string[];
                            /** Format: date-time */
                            issuedAt: string;
                            /** Format: date-time */
                            expiresAt: string;
                        }[];
                    };
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    revokeClientTokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Its client_id
                 * @example analytics
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many were revoked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revoked": 2
                     *     }
                     */
                    "application/json": {
                        revoked: number;
                    };
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    readService: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This deployment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": "0.1.0",
                     *       "fhirBase": "http://127.0.0.1:8080/fhir",
                     *       "fhirPath": "/fhir",
                     *       "fileAccess": "proxy"
                     *     }
                     */
                    "application/json": components["schemas"]["ServiceInfo"];
                };
            };
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
        };
    };
    issueToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "grant_type": "client_credentials",
                 *       "scope": "system/Patient.rs system/Observation.rs",
                 *       "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                 *       "client_assertion": "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ…"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description An access token; `scope` says what was granted, which may be less than was asked for */
            200: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…",
                     *       "token_type": "bearer",
                     *       "expires_in": 300,
                     *       "scope": "system/Patient.rs system/Observation.rs"
                     *     }
                     */
                    "application/json": components["schemas"]["TokenAnswer"];
                };
            };
            /** @description A parameter is missing, there twice, or not what it must be */
            400: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_request",
                     *       "error_description": "A parameter is missing, there twice, or not what it must be"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The client did not prove who it is */
            401: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "The client did not prove who it is"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            /** @description The body is too large */
            413: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_request",
                     *       "error_description": "The body is too large"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Too many requests, or too many that failed; try again after Retry-After */
            429: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "slow_down",
                     *       "error_description": "Too many requests, or too many that failed; try again after Retry-After"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The database does not answer now; try again after Retry-After */
            503: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "temporarily_unavailable",
                     *       "error_description": "The database does not answer now; try again after Retry-After"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    introspectToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…",
                 *       "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                 *       "client_assertion": "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ…"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["IntrospectionRequest"];
            };
        };
        responses: {
            /** @description What it is good for; a token that is unknown, has ended or was revoked is not active */
            200: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "active": false
                     *     }
                     */
                    "application/json": components["schemas"]["Introspection"];
                };
            };
            /** @description A parameter is missing, there twice, or not what it must be */
            400: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_request",
                     *       "error_description": "A parameter is missing, there twice, or not what it must be"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The client did not prove who it is */
            401: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "The client did not prove who it is"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            /** @description The body is too large */
            413: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_request",
                     *       "error_description": "The body is too large"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Too many requests, or too many that failed; try again after Retry-After */
            429: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "slow_down",
                     *       "error_description": "Too many requests, or too many that failed; try again after Retry-After"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The database does not answer now; try again after Retry-After */
            503: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "temporarily_unavailable",
                     *       "error_description": "The database does not answer now; try again after Retry-After"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…",
                 *       "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                 *       "client_assertion": "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6IjEifQ…"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["RevocationRequest"];
            };
        };
        responses: {
            /** @description It is good for nothing any more */
            200: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter is missing, there twice, or not what it must be */
            400: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_request",
                     *       "error_description": "A parameter is missing, there twice, or not what it must be"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The client did not prove who it is */
            401: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "The client did not prove who it is"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            /** @description The body is too large */
            413: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_request",
                     *       "error_description": "The body is too large"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Too many requests, or too many that failed; try again after Retry-After */
            429: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "slow_down",
                     *       "error_description": "Too many requests, or too many that failed; try again after Retry-After"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The database does not answer now; try again after Retry-After */
            503: {
                headers: {
                    /**
                     * @description Nobody is to keep it
                     * @example no-store
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description Nobody is to keep it
                     * @example no-cache
                     */
                    Pragma?: string;
                    /**
                     * @description Whole seconds to wait before asking again
                     * @example 2
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "temporarily_unavailable",
                     *       "error_description": "The database does not answer now; try again after Retry-After"
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    readKeySet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JWK Set; keys that sign no more are in it until what they have signed has ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "EC",
                     *           "crv": "P-256",
                     *           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                     *           "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                     *           "kid": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "alg": "ES256",
                     *           "use": "sig"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            503: components["responses"]["Error503"];
        };
    };
    readSmartConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What clients must know */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "token_endpoint": "http://127.0.0.1:8080/auth/token",
                     *       "token_endpoint_auth_methods_supported": [
                     *         "private_key_jwt"
                     *       ],
                     *       "token_endpoint_auth_signing_alg_values_supported": [
                     *         "RS384",
                     *         "ES384",
                     *         "RS256",
                     *         "RS512",
                     *         "PS256",
                     *         "PS384",
                     *         "PS512",
                     *         "ES256",
                     *         "ES512",
                     *         "EdDSA"
                     *       ],
                     *       "grant_types_supported": [
                     *         "client_credentials"
                     *       ],
                     *       "scopes_supported": [
                     *         "system/*.cruds",
                     *         "system/*.rs",
                     *         "system/*.*",
                     *         "system/*.read",
                     *         "system/*.write"
                     *       ],
                     *       "introspection_endpoint": "http://127.0.0.1:8080/auth/introspect",
                     *       "revocation_endpoint": "http://127.0.0.1:8080/auth/revoke",
                     *       "code_challenge_methods_supported": [
                     *         "S256"
                     *       ],
                     *       "capabilities": [
                     *         "client-confidential-asymmetric",
                     *         "permission-v1",
                     *         "permission-v2"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SmartConfiguration"];
                };
            };
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
        };
    };
    readAuthorizationServer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metadata of the authorization server */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "issuer": "http://127.0.0.1:8080",
                     *       "jwks_uri": "http://127.0.0.1:8080/auth/jwks",
                     *       "response_types_supported": [],
                     *       "token_endpoint": "http://127.0.0.1:8080/auth/token",
                     *       "token_endpoint_auth_methods_supported": [
                     *         "private_key_jwt"
                     *       ],
                     *       "token_endpoint_auth_signing_alg_values_supported": [
                     *         "RS384",
                     *         "ES384",
                     *         "RS256",
                     *         "RS512",
                     *         "PS256",
                     *         "PS384",
                     *         "PS512",
                     *         "ES256",
                     *         "ES512",
                     *         "EdDSA"
                     *       ],
                     *       "grant_types_supported": [
                     *         "client_credentials"
                     *       ],
                     *       "scopes_supported": [
                     *         "system/*.cruds",
                     *         "system/*.rs",
                     *         "system/*.*",
                     *         "system/*.read",
                     *         "system/*.write"
                     *       ],
                     *       "introspection_endpoint": "http://127.0.0.1:8080/auth/introspect",
                     *       "revocation_endpoint": "http://127.0.0.1:8080/auth/revoke",
                     *       "code_challenge_methods_supported": [
                     *         "S256"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AuthorizationServer"];
                };
            };
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
        };
    };
    searchAudit: {
        parameters: {
            query?: {
                /**
                 * @description The id of a client or an administrator
                 * @example research
                 */
                actor?: string;
                /**
                 * @description What was done
                 * @example export.download
                 */
                action?: string;
                /**
                 * @description How it ended: success, failure, refused
                 * @example refused
                 */
                outcome?: string;
                /**
                 * @description The id of an export
                 * @example 5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d
                 */
                job?: string;
                /**
                 * @description What it was done to
                 * @example Group/diabetes
                 */
                target?: string;
                /**
                 * @description The address that the request came from
                 * @example 203.0.113.7
                 */
                source?: string;
                /**
                 * @description Only events from this instant on
                 * @example 2026-11-01T00:00:00Z
                 */
                from?: string;
                /**
                 * @description Only events before this instant
                 * @example 2026-12-01
                 */
                to?: string;
                /**
                 * @description Goes on behind a page: its `next`
                 * @example 1795084006123_41
                 */
                after?: string;
                /**
                 * @description At most so many; 50 unless told, 500 at most
                 * @example 20
                 */
                count?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "events": [
                     *         {
                     *           "id": 41,
                     *           "recordedAt": "2026-11-20T10:26:46.123Z",
                     *           "action": "export.download",
                     *           "outcome": "success",
                     *           "actor": {
                     *             "kind": "client",
                     *             "id": "research",
                     *             "name": "Research"
                     *           },
                     *           "source": "203.0.113.7",
                     *           "job": "5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d",
                     *           "target": "Patient-1.ndjson",
                     *           "detail": {
                     *             "bytes": 146515
                     *           }
                     *         }
                     *       ],
                     *       "next": "1795084006123_41"
                     *     }
                     */
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    exportAudit: {
        parameters: {
            query?: {
                /**
                 * @description Only events from this instant on
                 * @example 2026-11-01T00:00:00Z
                 */
                from?: string;
                /**
                 * @description Only events before this instant
                 * @example 2026-12-01
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One AuditEvent a line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"resourceType":"AuditEvent","id":"audit-41"} */
                    "application/fhir+ndjson": string;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    beginOidcSignIn: {
        parameters: {
            query?: {
                /**
                 * @description The path of this service to come back to
                 * @example /jobs
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider */
            303: {
                headers: {
                    /**
                     * @description Where the browser goes next
                     * @example https://idp.example.org/authorize?client_id=sluice
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error400"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    finishOidcSignIn: {
        parameters: {
            query?: {
                /**
                 * @description The authorization code
                 * @example SplxlOBeZQQYbYS6WxSbIA
                 */
                code?: string;
                /**
                 * @description As it was sent to the provider
                 * @example af0ifjsldkj
                 */
                state?: string;
                /**
                 * @description Who answers (RFC 9207)
                 * @example https://idp.example.org
                 */
                iss?: string;
                /**
                 * @description Instead of a code
                 * @example access_denied
                 */
                error?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the path asked for at the beginning */
            303: {
                headers: {
                    /**
                     * @description Where the browser goes next
                     * @example http://127.0.0.1:8080/jobs
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    readCapabilities: {
        parameters: {
            query?: {
                /**
                 * @description JSON, by any of its names; overrides `Accept`
                 * @example json
                 */
                _format?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A CapabilityStatement */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "CapabilityStatement",
                     *       "status": "active",
                     *       "fhirVersion": "4.0.1"
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            403: components["responses"]["Error403"];
            406: components["responses"]["Error406"];
        };
    };
    readHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The database answers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            403: components["responses"]["Error403"];
            503: components["responses"]["Error503"];
        };
    };
    readOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.0"
                     *     }
                     */
                    "application/json": Record<string, never>;
                };
            };
            403: components["responses"]["Error403"];
        };
    };
    processBundle: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `return=minimal`, `return=representation` or `return=OperationOutcome`: what the answer holds
                 * @example return=minimal
                 */
                Prefer?: string;
                /**
                 * @description `gzip` when the body is one gzip stream
                 * @example gzip
                 */
                "Content-Encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "resourceType": "Bundle",
                 *       "type": "transaction",
                 *       "entry": [
                 *         {
                 *           "fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
                 *           "resource": {
                 *             "resourceType": "Patient"
                 *           },
                 *           "request": {
                 *             "method": "POST",
                 *             "url": "Patient"
                 *           }
                 *         },
                 *         {
                 *           "resource": {
                 *             "resourceType": "Observation",
                 *             "id": "example",
                 *             "status": "final",
                 *             "code": {
                 *               "text": "Weight"
                 *             },
                 *             "subject": {
                 *               "reference": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
                 *             }
                 *           },
                 *           "request": {
                 *             "method": "PUT",
                 *             "url": "Observation/example"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": Record<string, never>;
                /**
                 * @example {
                 *       "resourceType": "Bundle",
                 *       "type": "transaction",
                 *       "entry": [
                 *         {
                 *           "fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a",
                 *           "resource": {
                 *             "resourceType": "Patient"
                 *           },
                 *           "request": {
                 *             "method": "POST",
                 *             "url": "Patient"
                 *           }
                 *         },
                 *         {
                 *           "resource": {
                 *             "resourceType": "Observation",
                 *             "id": "example",
                 *             "status": "final",
                 *             "code": {
                 *               "text": "Weight"
                 *             },
                 *             "subject": {
                 *               "reference": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
                 *             }
                 *           },
                 *           "request": {
                 *             "method": "PUT",
                 *             "url": "Observation/example"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description A Bundle of type `transaction-response` or `batch-response`, entry by entry */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Bundle",
                     *       "type": "transaction-response",
                     *       "entry": [
                     *         {
                     *           "response": {
                     *             "status": "201 Created",
                     *             "location": "http://127.0.0.1:8080/fhir/Patient/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d/_history/1",
                     *             "etag": "W/\"1\"",
                     *             "lastModified": "2026-11-20T10:26:46.123Z"
                     *           }
                     *         },
                     *         {
                     *           "response": {
                     *             "status": "201 Created",
                     *             "location": "http://127.0.0.1:8080/fhir/Observation/example/_history/1",
                     *             "etag": "W/\"1\"",
                     *             "lastModified": "2026-11-20T10:26:46.123Z"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            412: components["responses"]["Error412"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            503: components["responses"]["Error503"];
        };
    };
    addGroupMembers: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Only if this version is the current one
                 * @example W/"3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of the Group
                 * @example example
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "patientReference",
                 *           "valueReference": {
                 *             "reference": "Patient/2"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": Record<string, never>;
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "patientReference",
                 *           "valueReference": {
                 *             "reference": "Patient/2"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description How many members changed. ETag is the version of the Group */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "Members added: 1; Group/example has version 4"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            412: components["responses"]["Error412"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    removeGroupMembers: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Only if this version is the current one
                 * @example W/"3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of the Group
                 * @example example
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "patientReference",
                 *           "valueReference": {
                 *             "reference": "Patient/2"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/fhir+json": Record<string, never>;
                /**
                 * @example {
                 *       "resourceType": "Parameters",
                 *       "parameter": [
                 *         {
                 *           "name": "patientReference",
                 *           "valueReference": {
                 *             "reference": "Patient/2"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description How many members changed. ETag is the version of the Group */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "OperationOutcome",
                     *       "issue": [
                     *         {
                     *           "severity": "information",
                     *           "code": "informational",
                     *           "diagnostics": "Members removed: 1; Group/example has version 5"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/fhir+json": components["schemas"]["OperationOutcome"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            410: components["responses"]["Error410"];
            412: components["responses"]["Error412"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    searchResourcesByPost: {
        parameters: {
            query?: {
                /**
                 * @description Ids of resources, comma-separated
                 * @example example
                 */
                _id?: string;
                /**
                 * @description When it was last changed, with a prefix such as `ge`
                 * @example ge2026-01-01
                 */
                _lastUpdated?: string;
                /**
                 * @description Resources on a page, at most 1,000
                 * @example 50
                 */
                _count?: string;
                /**
                 * @description `_lastUpdated` or `_id`, with `-` in front for the other way round
                 * @example -_lastUpdated
                 */
                _sort?: string;
                /**
                 * @description `accurate` for the number of all matches, else `none`
                 * @example accurate
                 */
                _total?: string;
                /**
                 * @description `count` for nothing but the number of matches
                 * @example count
                 */
                _summary?: string;
                /**
                 * @description Root elements to keep; mandatory and modifier elements stay
                 * @example id,name
                 */
                _elements?: string;
                /**
                 * @description Resources that matches refer to: `Type:parameter` or `Type:parameter:Target`
                 * @example Observation:subject
                 */
                _include?: string;
                /**
                 * @description JSON, by any of its names; overrides `Accept`
                 * @example json
                 */
                _format?: string;
            };
            header?: never;
            path: {
                /**
                 * @description A resource type of FHIR R4
                 * @example Patient
                 */
                type: string;
            };
            cookie?: never;
        };
        /** @description Search parameters; those of the URL count too */
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "_count": "10"
                 *     }
                 */
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description A Bundle of type `searchset` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Bundle",
                     *       "type": "searchset",
                     *       "link": []
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    searchResources: {
        parameters: {
            query?: {
                /**
                 * @description Ids of resources, comma-separated
                 * @example example
                 */
                _id?: string;
                /**
                 * @description When it was last changed, with a prefix such as `ge`
                 * @example ge2026-01-01
                 */
                _lastUpdated?: string;
                /**
                 * @description Resources on a page, at most 1,000
                 * @example 50
                 */
                _count?: string;
                /**
                 * @description `_lastUpdated` or `_id`, with `-` in front for the other way round
                 * @example -_lastUpdated
                 */
                _sort?: string;
                /**
                 * @description `accurate` for the number of all matches, else `none`
                 * @example accurate
                 */
                _total?: string;
                /**
                 * @description `count` for nothing but the number of matches
                 * @example count
                 */
                _summary?: string;
                /**
                 * @description Root elements to keep; mandatory and modifier elements stay
                 * @example id,name
                 */
                _elements?: string;
                /**
                 * @description Resources that matches refer to: `Type:parameter` or `Type:parameter:Target`
                 * @example Observation:subject
                 */
                _include?: string;
                /**
                 * @description JSON, by any of its names; overrides `Accept`
                 * @example json
                 */
                _format?: string;
            };
            header?: never;
            path: {
                /**
                 * @description A resource type of FHIR R4
                 * @example Patient
                 */
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Bundle of type `searchset` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Bundle",
                     *       "type": "searchset",
                     *       "link": []
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            503: components["responses"]["Error503"];
        };
    };
    createResource: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `return=minimal`, `return=representation` or `return=OperationOutcome`: what the answer holds
                 * @example return=minimal
                 */
                Prefer?: string;
                /**
                 * @description With the content of a Binary: what becomes its `securityContext`
                 * @example Patient/example
                 */
                "X-Security-Context"?: string;
                /**
                 * @description `gzip` when the body is one gzip stream
                 * @example gzip
                 */
                "Content-Encoding"?: string;
            };
            path: {
                /**
                 * @description A resource type of FHIR R4
                 * @example Patient
                 */
                type: string;
            };
            cookie?: never;
        };
        /** @description The resource; of a Binary also its content as it is, under its own Content-Type */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "resourceType": "Patient",
                 *       "id": "example"
                 *     }
                 */
                "application/fhir+json": Record<string, never>;
                /**
                 * @example {
                 *       "resourceType": "Patient",
                 *       "id": "example"
                 *     }
                 */
                "application/json": Record<string, never>;
                /** @example %PDF-1.7 */
                "*/*": string;
            };
        };
        responses: {
            /** @description The resource was created; the body is as `Prefer: return` asks */
            201: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description The version created
                     * @example http://127.0.0.1:8080/fhir/Patient/example/_history/1
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Patient",
                     *       "id": "example"
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    readResource: {
        parameters: {
            query?: {
                /**
                 * @description JSON, by any of its names; overrides `Accept`
                 * @example json
                 */
                _format?: string;
            };
            header?: {
                /**
                 * @description Only if it is not this one: otherwise 304
                 * @example W/"3"
                 */
                "If-None-Match"?: string;
                /**
                 * @description Only if it was changed later: otherwise 304; does not count where there is If-None-Match
                 * @example Fri, 20 Nov 2026 10:26:46 GMT
                 */
                "If-Modified-Since"?: string;
            };
            path: {
                /**
                 * @description A resource type of FHIR R4
                 * @example Patient
                 */
                type: string;
                /**
                 * @description The id of the resource
                 * @example example
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource; of a Binary its content, unless `Accept` names `application/fhir+json` */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description Of a Binary: answers differ by this header of the request
                     * @example Accept
                     */
                    Vary?: string;
                    /**
                     * @description With the content of a Binary: its `securityContext`
                     * @example Patient/example
                     */
                    "X-Security-Context"?: string;
                    /**
                     * @description With the content of a Binary: browsers save it
                     * @example attachment
                     */
                    "Content-Disposition"?: string;
                    /**
                     * @description With the content of a Binary: browsers run nothing of it
                     * @example default-src 'none'; sandbox
                     */
                    "Content-Security-Policy"?: string;
                    /**
                     * @description With the content of a Binary: pages of others cannot embed it
                     * @example same-origin
                     */
                    "Cross-Origin-Resource-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Patient",
                     *       "id": "example"
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                    /** @example %PDF-1.7 */
                    "*/*": string;
                };
            };
            /** @description Not modified */
            304: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            410: components["responses"]["Error410"];
            503: components["responses"]["Error503"];
        };
    };
    putResource: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Only if this version is the current one
                 * @example W/"3"
                 */
                "If-Match"?: string;
                /**
                 * @description `*`: only if there is no such resource
                 * @example *
                 */
                "If-None-Match"?: string;
                /**
                 * @description `return=minimal`, `return=representation` or `return=OperationOutcome`: what the answer holds
                 * @example return=minimal
                 */
                Prefer?: string;
                /**
                 * @description With the content of a Binary: what becomes its `securityContext`
                 * @example Patient/example
                 */
                "X-Security-Context"?: string;
                /**
                 * @description `gzip` when the body is one gzip stream
                 * @example gzip
                 */
                "Content-Encoding"?: string;
            };
            path: {
                /**
                 * @description A resource type of FHIR R4
                 * @example Patient
                 */
                type: string;
                /**
                 * @description The id of the resource
                 * @example example
                 */
                id: string;
            };
            cookie?: never;
        };
        /** @description The resource; of a Binary also its content as it is, under its own Content-Type */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "resourceType": "Patient",
                 *       "id": "example"
                 *     }
                 */
                "application/fhir+json": Record<string, never>;
                /**
                 * @example {
                 *       "resourceType": "Patient",
                 *       "id": "example"
                 *     }
                 */
                "application/json": Record<string, never>;
                /** @example %PDF-1.7 */
                "*/*": string;
            };
        };
        responses: {
            /** @description A new version was written; the body is as `Prefer: return` asks */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Patient",
                     *       "id": "example"
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            /** @description The resource was created; the body is as `Prefer: return` asks */
            201: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description The version created
                     * @example http://127.0.0.1:8080/fhir/Patient/example/_history/1
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Patient",
                     *       "id": "example"
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            412: components["responses"]["Error412"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            503: components["responses"]["Error503"];
        };
    };
    deleteResource: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Only if this version is the current one
                 * @example W/"3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description A resource type of FHIR R4
                 * @example Patient
                 */
                type: string;
                /**
                 * @description The id of the resource
                 * @example example
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is not there any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            412: components["responses"]["Error412"];
            503: components["responses"]["Error503"];
        };
    };
    readResourceVersion: {
        parameters: {
            query?: {
                /**
                 * @description JSON, by any of its names; overrides `Accept`
                 * @example json
                 */
                _format?: string;
            };
            header?: {
                /**
                 * @description Only if it is not this one: otherwise 304
                 * @example W/"3"
                 */
                "If-None-Match"?: string;
                /**
                 * @description Only if it was changed later: otherwise 304; does not count where there is If-None-Match
                 * @example Fri, 20 Nov 2026 10:26:46 GMT
                 */
                "If-Modified-Since"?: string;
            };
            path: {
                /**
                 * @description A resource type of FHIR R4
                 * @example Patient
                 */
                type: string;
                /**
                 * @description The id of the resource
                 * @example example
                 */
                id: string;
                /**
                 * @description The number of the version
                 * @example 3
                 */
                versionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource; of a Binary its content, unless `Accept` names `application/fhir+json` */
            200: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    /**
                     * @description Of a Binary: answers differ by this header of the request
                     * @example Accept
                     */
                    Vary?: string;
                    /**
                     * @description With the content of a Binary: its `securityContext`
                     * @example Patient/example
                     */
                    "X-Security-Context"?: string;
                    /**
                     * @description With the content of a Binary: browsers save it
                     * @example attachment
                     */
                    "Content-Disposition"?: string;
                    /**
                     * @description With the content of a Binary: browsers run nothing of it
                     * @example default-src 'none'; sandbox
                     */
                    "Content-Security-Policy"?: string;
                    /**
                     * @description With the content of a Binary: pages of others cannot embed it
                     * @example same-origin
                     */
                    "Cross-Origin-Resource-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Patient",
                     *       "id": "example"
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                    /** @example %PDF-1.7 */
                    "*/*": string;
                };
            };
            /** @description Not modified */
            304: {
                headers: {
                    /**
                     * @description The version of the resource
                     * @example W/"3"
                     */
                    ETag?: string;
                    /**
                     * @description When it was last changed
                     * @example Fri, 20 Nov 2026 10:26:46 GMT
                     */
                    "Last-Modified"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            410: components["responses"]["Error410"];
            503: components["responses"]["Error503"];
        };
    };
    readResourceHistory: {
        parameters: {
            query?: {
                /**
                 * @description At most so many versions on a page; 50 unless told, 1000 at most
                 * @example 10
                 */
                _count?: string;
                /**
                 * @description Only versions written at or after this instant
                 * @example 2026-01-01T00:00:00Z
                 */
                _since?: string;
                /**
                 * @description Only versions with a smaller number: stands in `next` links
                 * @example 4
                 */
                _before?: string;
                /**
                 * @description JSON, by any of its names; overrides `Accept`
                 * @example json
                 */
                _format?: string;
            };
            header?: never;
            path: {
                /**
                 * @description A resource type of FHIR R4
                 * @example Patient
                 */
                type: string;
                /**
                 * @description The id of the resource
                 * @example example
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A Bundle of type `history` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resourceType": "Bundle",
                     *       "type": "history",
                     *       "total": 0
                     *     }
                     */
                    "application/fhir+json": Record<string, never>;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            406: components["responses"]["Error406"];
            503: components["responses"]["Error503"];
        };
    };
}
